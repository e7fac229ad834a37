// Two real door threads for submission, which can be told to die.
import type { Logger } from '@postroom/sdk';
import type { DoorKeeper, DoorLine, Doors, DoorsState, ProtocolDoors } from '@postroom/sdk/services';
import { ThreadDoors } from '#plugins/platform/doors/dist/threadDoors.js';
import type { PortOfThread } from './submission/door/threadModule.js';

const THREAD_FILE = new URL(import.meta.resolve('#plugins/platform/doors/dist/doorThread.js')).pathname;
const MODULE = new URL('./submission/door/threadModule.js', import.meta.url).href;

interface OpenThread {
  readonly line: DoorLine;
  readonly ports: PortOfThread[];
}

export class ThreadedDoors implements Doors {
  readonly sharePorts = true;
  readonly threads: OpenThread[] = [];
  readonly #doors: ThreadDoors;

  constructor(log: Logger) {
    this.#doors = new ThreadDoors({
      machine: { canShare: true, cores: 2 },
      setting: () => 2,
      modules: { urlOf: () => MODULE },
      log,
      threadFile: THREAD_FILE,
    });
  }

  get state(): DoorsState {
    return this.#doors.state;
  }

  protocol(plugin: Parameters<Doors['protocol']>[0], module: string, keeper: DoorKeeper): ProtocolDoors {
    return this.#doors.protocol(plugin, module, {
      setup: () => keeper.setup(),
      attend: (line) => {
        const thread: OpenThread = { line, ports: [] };
        this.threads.push(thread);
        line.hear<PortOfThread>('port', (port) => thread.ports.push(port));
        const attendance = keeper.attend(line);
        return {
          dispose: async () => {
            this.threads.splice(this.threads.indexOf(thread), 1);
            await attendance.dispose();
          },
        };
      },
    });
  }

  /** Ports that lead to doors, in place of one of the main thread. */
  portsFor(main: number): readonly number[] {
    return this.threads.flatMap(({ ports }) => ports.filter((port) => port.main === main).map(({ door }) => door));
  }

  async dispose(): Promise<void> {
    await this.#doors.dispose();
  }
}
