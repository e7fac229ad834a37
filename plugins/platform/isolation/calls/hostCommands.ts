// The host's ends of a plugin's commands, and their calls: progress comes back while one runs.
import type { CommandCall, CommandRegistrar, Disposable } from '@postroom/sdk';
import type { PeerHandler, Reply } from '../pipe/peer.js';
import type { CommandRequest } from '../pipe/protocol.js';
import { numberIn, recordOf, textIn } from '../pipe/shapes.js';

export class HostCommands {
  readonly #commands = new Map<string, Disposable>();
  readonly #calls = new Map<number, CommandCall>();
  #next = 1;

  constructor(
    private readonly commands: CommandRegistrar,
    private readonly call: (request: CommandRequest, signal: AbortSignal) => Promise<Reply>,
  ) {}

  /** What a process tells of its commands. */
  readonly handlers: Readonly<Record<string, PeerHandler>> = {
    'command.add': (data) => {
      this.#add(textIn(recordOf(data), 'command'));
      return undefined;
    },
    'command.remove': (data) => {
      const command = textIn(recordOf(data), 'command');
      void this.#commands.get(command)?.dispose();
      this.#commands.delete(command);
      return undefined;
    },
    progress: (data) => {
      const given = recordOf(data);
      const of = given['of'] === undefined ? {} : { of: numberIn(given, 'of') };
      this.#calls.get(numberIn(given, 'call'))?.progress({ what: textIn(given, 'what'), done: numberIn(given, 'done'), ...of });
      return undefined;
    },
  };

  #add(command: string): void {
    // It may be there from the process before.
    if (!this.#commands.has(command)) {
      const registration = this.commands.register(command, (args: never, call) => this.#run(command, args, call));
      this.#commands.set(command, registration);
    }
  }

  async #run(command: string, args: unknown, call: CommandCall): Promise<unknown> {
    const number = this.#next++;
    this.#calls.set(number, call);
    try {
      return (await this.call({ call: number, command, args, author: call.author }, call.signal)).data;
    } finally {
      this.#calls.delete(number);
    }
  }
}
