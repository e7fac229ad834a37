// The side of the server that asks: a request into the store, and the answer out of it.
import { type CommandCall, PostroomError } from '@postroom/sdk';
import type { Clock, CommandCatalogue, Documents, Leases, NodeCommands, SharedKey, StoreServer } from '@postroom/sdk/services';
import { mustBeCarriable } from './carriable.js';
import { ANSWERED, answerName, type NodeAnswer, newRequestName, requestOf, resultIn, UNOPENED } from './letters.js';

/** How long the other server may take to begin. */
const TAKE_MS = 20_000;
/** How often is looked whether it lives, and for an answer of which no change told. */
const LOOK_MS = 2_000;

interface AskerParts {
  readonly commands: Pick<CommandCatalogue, 'declarations' | 'run'>;
  readonly documents: Documents;
  readonly leases: Pick<Leases, 'servers'>;
  readonly key: SharedKey;
  readonly clock: Clock;
}

/** A request that was written, and where its answer will be. */
interface Asked {
  readonly name: string;
  readonly version: string;
  readonly place: string;
}

export class Asker implements NodeCommands {
  /** Places of answers that somebody waits for. */
  readonly #awaited = new Set<string>();

  constructor(private readonly parts: AskerParts) {}

  isAwaited(place: string): boolean {
    return this.#awaited.has(place);
  }

  async run(node: string, command: string, args: unknown, call: CommandCall): Promise<unknown> {
    const { commands, leases, documents, key } = this.parts;
    const servers = await leases.servers();
    const other = serverNamed(node, servers);
    if (other.isThis) return commands.run(command, args, call);
    if (other.isGone) throw gone(other);
    const declaration = commands.declarations.find((each) => each.command === command);
    if (declaration !== undefined) mustBeCarriable(node, declaration, args);
    const own = servers.find(({ isThis }) => isThis);
    const name = newRequestName(other.id, own?.id ?? 0);
    const place = answerName(name) ?? ANSWERED;
    const sealed = await key.seal(name, JSON.stringify(requestOf(command, args, call.author, servers)));
    this.#awaited.add(place);
    try {
      const put = await documents.put(name, Buffer.from(sealed), undefined);
      if (put === 'conflict') throw new PostroomError('lease/lost', `The request to ${node} could not be written. Try again.`);
      return resultIn(await this.#answer({ name, version: put.version, place }, other, call.signal));
    } finally {
      this.#awaited.delete(place);
    }
  }

  async #answer({ name, version, place }: Asked, other: StoreServer, signal: AbortSignal): Promise<NodeAnswer> {
    const { documents, clock } = this.parts;
    const due = clock.monotonic() + TAKE_MS;
    let isTaken = false;
    for (;;) {
      // Listens before it looks: what comes in between is heard.
      const news = new News(documents, place, clock, signal);
      try {
        const answer = await this.#take(place, other.name);
        if (answer !== undefined) return answer;
        isTaken ||= (await documents.version(name)) === undefined;
        const isOver = signal.aborted || (!isTaken && clock.monotonic() > due);
        if (isOver && !isTaken && (await documents.remove(name, version)) === 'removed') throw notTaken(other);
        if (signal.aborted) throw new PostroomError('command/not-running', `Nobody waits for the answer of ${other.name} any more.`);
        if (isTaken && !(await this.#isAlive(other))) throw endedMeanwhile(other);
        await news.heard;
      } finally {
        news.dispose();
      }
    }
  }

  /** Answers, and removes it. */
  async #take(place: string, node: string): Promise<NodeAnswer | undefined> {
    const { documents, key } = this.parts;
    const found = await documents.get(place);
    if (found === undefined) return undefined;
    await documents.remove(place, found.version);
    const text = Buffer.from(found.octets).toString();
    if (text === UNOPENED) throw withoutKey(node);
    return JSON.parse(await key.open(place, text)) as NodeAnswer;
  }

  async #isAlive({ id }: StoreServer): Promise<boolean> {
    return (await this.parts.leases.servers()).some((each) => each.id === id && !each.isGone);
  }
}

/** A change of a document, the end of a pause, or that nobody waits any more: whatever comes first. */
class News {
  readonly heard: Promise<void>;
  #dispose: () => void = () => undefined;

  constructor(documents: Documents, place: string, clock: Clock, signal: AbortSignal) {
    this.heard = new Promise((resolve) => {
      const listening = documents.onDidChange(place, resolve);
      const timer = clock.after(LOOK_MS, resolve);
      const abort = (): void => resolve();
      signal.addEventListener('abort', abort);
      this.#dispose = () => {
        void listening.dispose();
        void timer.dispose();
        signal.removeEventListener('abort', abort);
      };
    });
  }

  dispose(): void {
    this.#dispose();
  }
}

function serverNamed(node: string, servers: readonly StoreServer[]): StoreServer {
  const named = servers.filter(({ name }) => name === node);
  const found = named.find(({ isGone }) => !isGone) ?? named[0];
  if (found !== undefined) return found;
  const there = servers.filter(({ isGone }) => !isGone).map(({ name }) => name);
  throw new PostroomError(
    'command/arguments',
    `No server "${node.slice(0, 80)}" is on the store; there ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}.`,
  );
}

function gone({ name }: StoreServer): PostroomError {
  return new PostroomError(
    'command/not-running',
    `${name} has not been heard of for so long that others take over what it did: nothing was asked. "postroom nodes" shows since when.`,
  );
}

function notTaken({ name }: StoreServer): PostroomError {
  return new PostroomError(
    'command/not-running',
    `${name} did not take the command: it was not run. "postroom nodes" shows when that server was heard of last.`,
  );
}

function endedMeanwhile({ name }: StoreServer): PostroomError {
  return new PostroomError(
    'command/not-running',
    `${name} took the command, and ended before it answered. Whether it was carried out is not known: look there.`,
  );
}

function withoutKey(node: string): PostroomError {
  return new PostroomError(
    'secrets/unreadable',
    `${node} could not open the command, and did not run it: it does not have this server's key of the passwords. Copy secret.key to it ("postroom secrets check" on each shows which key it has).`,
  );
}
