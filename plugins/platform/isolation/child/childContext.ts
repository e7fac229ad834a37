// What activate() of an isolated plugin receives: the same API as inside the host, every call over the pipe.
import {
  type CommandHandler,
  type Disposable,
  type Logger,
  type OutgoingMail,
  type PluginContext,
  type PluginStorage,
  PostroomError,
  type Secrets,
} from '@postroom/sdk';
import type { DisposableStack } from '@postroom/sdk/base';
import type { Peer, Reply } from '../pipe/peer.js';
import type { Activation, CommandRequest, ReplaceAnswer } from '../pipe/protocol.js';
import type { ChildSettings } from './childSettings.js';
import type { ChildTaps } from './childTaps.js';

export interface ContextParts {
  readonly peer: Peer;
  readonly settings: ChildSettings;
  readonly taps: ChildTaps;
  readonly commands: ChildCommands;
  readonly stack: DisposableStack;
}

export function createContext({ id, manifest, folder, storagePath }: Activation, parts: ContextParts): PluginContext {
  const { peer, stack } = parts;
  const forBundledOnly = (what: string): never => {
    throw new PostroomError('plugin/isolated', `${id} asks for ${what}, which only the product's own plugins have.`, { plugin: id });
  };
  return Object.freeze({
    id,
    manifest,
    hooks: parts.taps.hooks(id, manifest),
    settings: parts.settings.for(id),
    commands: {
      register: (command, handler) => stack.use(parts.commands.register(id, command, handler, manifest.contributes?.commands ?? [])),
    },
    secrets: secretsOver(peer),
    state: stateOver(peer),
    mail: { send: async (mail: OutgoingMail) => (await peer.call('send', mail)).data as string },
    log: logOver(peer),
    folder,
    storagePath,
    subscriptions: { push: (...items: readonly Disposable[]) => stack.push(...items) },
    listen: () => forBundledOnly('listen(): a port of the server'),
    get: (service) => forBundledOnly(`the service ${service.serviceName}`),
    use: (service) => forBundledOnly(`the service ${service.serviceName}`),
    provide: (service) => forBundledOnly(`to provide the service ${service.serviceName}`),
  } satisfies PluginContext);
}

/** The plugin's commands and the calls of them. */
export class ChildCommands {
  readonly #handlers = new Map<string, CommandHandler>();

  constructor(private readonly peer: Peer) {}

  register(id: string, command: string, handler: CommandHandler, declared: readonly { readonly command: string }[]): Disposable {
    if (!declared.some((declaration) => declaration.command === command)) {
      const sentence = `${id} supplies the command ${command}, which its manifest does not declare.`;
      throw new PostroomError('command/unknown', sentence, { plugin: id });
    }
    this.#handlers.set(command, handler);
    this.peer.note('command.add', { command });
    return {
      dispose: () => {
        if (this.#handlers.get(command) === handler) {
          this.#handlers.delete(command);
          this.peer.note('command.remove', { command });
        }
      },
    };
  }

  async run({ call, command, args, author }: CommandRequest, signal: AbortSignal): Promise<Reply> {
    const handler = this.#handlers.get(command);
    if (handler === undefined) {
      throw new PostroomError('command/unknown', `${command} has no handler at the moment.`);
    }
    return { data: await handler(args as never, { author, signal, progress: (step) => this.peer.note('progress', { call, ...step }) }) };
  }
}

function secretsOver(peer: Peer): Secrets {
  return { get: async (key, account) => (await peer.call('secret', { key, account })).data as string | undefined };
}

function stateOver(peer: Peer): PluginStorage {
  return {
    get: async (key) => (await peer.call('state.get', { key })).data,
    set: async (key, value, expires) => void (await peer.call('state.set', { key, value, expires })),
    update: (key, change, expires) => updateOver(peer, key, change, expires),
    delete: async (key) => void (await peer.call('state.delete', { key })),
    keys: async (prefix) => (await peer.call('state.keys', { prefix })).data as readonly string[],
  };
}

/** The function is here and the value there: what it makes of the value takes the place of just that one, or it is asked again. */
async function updateOver(peer: Peer, key: string, change: (before: unknown) => unknown, expires: Date | undefined): Promise<unknown> {
  let before = (await peer.call('state.get', { key })).data;
  for (;;) {
    // What `change` does to its argument must not pass for what was read.
    const read = structuredClone(before);
    const value = change(before);
    if (value !== undefined && JSON.stringify(value) === undefined) {
      throw new TypeError(`${key} is updated to something that JSON can't express.`);
    }
    const answer = (await peer.call('state.replace', { key, before: read, value, expires })).data as ReplaceAnswer;
    if (answer.isReplaced) return value;
    before = answer.now;
  }
}

function logOver(peer: Peer): Logger {
  const at =
    (level: keyof Logger): Logger['info'] =>
    (message, fields) =>
      peer.note('log', { level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
