// The side of the server that is asked: takes requests out of the store, runs them as its own command line would, and puts the answers there.
import type { Disposable, Logger } from '@postroom/sdk';
import { sentenceOf } from '@postroom/sdk';
import type { CommandCatalogue, Documents, Leases, SettingsService, SharedKey, StoreServer } from '@postroom/sdk/services';
import { ANSWERED, ASKED, answerName, answerOf, type NodeAnswer, type NodeRequest, partiesOf, storeTime, UNOPENED } from './letters.js';

interface AnswererParts {
  readonly commands: Pick<CommandCatalogue, 'run'>;
  readonly documents: Documents;
  readonly leases: Pick<Leases, 'servers'>;
  readonly key: SharedKey;
  /** Whether somebody on this server waits for an answer. */
  readonly isAwaited: (place: string) => boolean;
  readonly settings: Pick<SettingsService, 'reload'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export class Answerer implements Disposable {
  readonly #over = new AbortController();
  #listening: Disposable | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isWaiting = false;

  constructor(private readonly parts: AnswererParts) {}

  begin(): void {
    this.#listening = this.parts.documents.onDidChange(ASKED, () => this.#soon());
    this.#soon();
  }

  async dispose(): Promise<void> {
    this.#over.abort();
    await this.#listening?.dispose();
  }

  /** One look at a time; changes that come while it waits for its turn are in it. */
  #soon(): void {
    if (this.#isWaiting || this.#over.signal.aborted) return;
    this.#isWaiting = true;
    this.#looking = this.#looking.then(async () => {
      this.#isWaiting = false;
      try {
        await this.#look();
      } catch (error) {
        this.parts.log.warn('Commands of other servers could not be looked for.', { problem: sentenceOf(error) });
      }
    });
  }

  async #look(): Promise<void> {
    const { documents, leases } = this.parts;
    const names = [...(await documents.list(ASKED)), ...(await documents.list(ANSWERED))];
    if (names.length === 0 || this.#over.signal.aborted) return;
    const servers = await leases.servers();
    for (const name of names) {
      const to = servers.find(({ id }) => id === partiesOf(name)?.to);
      // For a server that ended, whose number is not given again, or for somebody who did not wait.
      if (to === undefined || (to.isThis && name.startsWith(ANSWERED) && !this.parts.isAwaited(name))) await this.#remove(name);
      else if (to.isThis && name.startsWith(ASKED)) await this.#take(name, servers);
    }
  }

  /** Whoever removes it may run it: nobody else can. */
  async #take(name: string, servers: readonly StoreServer[]): Promise<void> {
    const { documents, key, log } = this.parts;
    const found = await documents.get(name);
    if (found === undefined || (await documents.remove(name, found.version)) !== 'removed') return;
    const from = servers.find(({ id }) => id === partiesOf(name)?.from);
    if (from === undefined || from.isGone) return;
    let request: NodeRequest;
    try {
      request = JSON.parse(await key.open(name, Buffer.from(found.octets).toString())) as NodeRequest;
    } catch (error) {
      log.warn('A command of another server was not run: it cannot be opened here.', { from: from.name, problem: sentenceOf(error) });
      await this.#put(name, UNOPENED);
      return;
    }
    if (storeTime(servers) > request.until)
      return log.warn('A command of another server came too late, and was not run.', { from: from.name });
    // It may take its time: others are not kept waiting.
    void this.#run(name, request, from);
  }

  async #run(name: string, { command, args, author }: NodeRequest, from: StoreServer): Promise<void> {
    const { commands, settings, log, key } = this.parts;
    log.info('Another server asked for a command.', { command, author, from: from.name });
    let answer: NodeAnswer;
    try {
      // As for the command line of this server: what somebody just saved counts.
      await settings.reload();
      const result = await commands.run(command, args, { author, signal: this.#over.signal, progress: () => undefined });
      answer = { result: result ?? {} };
    } catch (error) {
      answer = answerOf(error);
    }
    try {
      const place = answerName(name) ?? '';
      await this.#put(name, await key.seal(place, JSON.stringify(answer))).catch(async (error: unknown) =>
        // It may be larger than a document can be.
        this.#put(name, await key.seal(place, JSON.stringify(answerOf(error)))),
      );
    } catch (error) {
      log.warn('The answer to a command of another server could not be given.', { command, from: from.name, problem: sentenceOf(error) });
    }
  }

  async #put(request: string, text: string): Promise<void> {
    const place = answerName(request);
    if (place !== undefined) await this.parts.documents.put(place, Buffer.from(text), undefined);
  }

  async #remove(name: string): Promise<void> {
    const version = await this.parts.documents.version(name);
    if (version !== undefined) await this.parts.documents.remove(name, version);
  }
}
