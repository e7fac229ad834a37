// Opens and closes the plugins' ports: not before every plugin is active, not without a licence, and before any plugin deactivates.
import { type Disposable, type OpenPort, type PortListener, sentenceOf } from '@postroom/sdk';
import type { PortCatalogue } from '@postroom/sdk/services';
import { LIFECYCLE_TIMEOUT_MS, withTimeout } from '../runtime/lifecycleTimeout.js';

/** How long a listener may take to end its sessions. */
const GRACE_MS = 5_000;

/** One listener and what it has open. */
interface Door {
  readonly plugin: string;
  readonly listener: PortListener;
  ports: readonly OpenPort[];
  open: boolean;
  /** Why it could not be opened when that was last tried. */
  problem: string | undefined;
  /** Closed for its plugin's sake: it stays so, whatever the licence says meanwhile. */
  barred: boolean;
}

export class Doors implements PortCatalogue {
  readonly #doors: Door[] = [];
  #begun = false;
  #licensed = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly onProblem: (plugin: string, sentence: string) => void,
    private readonly timeoutMs = LIFECYCLE_TIMEOUT_MS,
  ) {}

  get ports(): readonly (OpenPort & { readonly plugin: string })[] {
    return this.#doors.flatMap((door) => door.ports.map((port) => ({ ...port, plugin: door.plugin })));
  }

  /** Why doors of a plugin are shut that should be open: those that could not even say what became of their ports. */
  problemsOf(plugin: string): readonly string[] {
    return this.#doors.flatMap((door) => (door.plugin === plugin ? (door.problem ?? []) : []));
  }

  add(plugin: string, listener: PortListener): Disposable {
    const door: Door = { plugin, listener, ports: [], open: false, problem: undefined, barred: false };
    this.#doors.push(door);
    return {
      dispose: async () => {
        await this.#inTurn(() => this.#shut(door));
        this.#doors.splice(this.#doors.indexOf(door), 1);
      },
    };
  }

  /** From now on doors open as they are added. */
  begin(): void {
    this.#begun = true;
  }

  /** Opens everything that may be open, closes what may not: `licensed` says whether mail ports may. */
  settle(licensed: boolean): Promise<void> {
    this.#licensed = licensed;
    return this.#inTurn(async () => {
      for (const door of this.#doors) {
        const wanted = this.#begun && !door.barred && (this.#licensed || door.listener.withoutLicence === true);
        await (wanted ? this.#open(door) : this.#shut(door));
      }
    });
  }

  /** Closes one plugin's doors until they are reopened, or all. */
  close(plugin?: string): Promise<void> {
    if (plugin === undefined) {
      this.#begun = false;
    }
    const doors = this.#doors.filter((door) => plugin === undefined || door.plugin === plugin);
    for (const door of doors) {
      door.barred = plugin !== undefined;
    }
    return this.#inTurn(async () => {
      await Promise.all(doors.map((door) => this.#shut(door)));
    });
  }

  /** Closes and opens one plugin's doors, after a change of its ports. */
  async reopen(plugin: string): Promise<void> {
    await this.close(plugin);
    for (const door of this.#doors.filter((one) => one.plugin === plugin)) {
      door.barred = false;
    }
    await this.settle(this.#licensed);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work, work);
    return this.#turn;
  }

  async #open(door: Door): Promise<void> {
    if (door.open) {
      return;
    }
    const { listener, plugin } = door;
    let isLate = false;
    try {
      const opening = listener.start();
      // Opened after the time limit: without this it would stay open for ever.
      void opening.then(() => (isLate ? listener.stop(0) : undefined)).catch(() => undefined);
      door.ports = portsIn(await withTimeout(opening, 'Opening', this.timeoutMs, plugin));
      door.open = true;
      door.problem = undefined;
      for (const port of door.ports) {
        if (port.problem !== undefined) {
          this.onProblem(plugin, port.problem);
        }
      }
    } catch (error) {
      isLate = true;
      door.problem = `${listener.name} could not be opened: ${sentenceOf(error)}`;
      this.onProblem(plugin, door.problem);
    }
  }

  async #shut(door: Door): Promise<void> {
    if (!door.open) {
      return;
    }
    door.open = false;
    door.ports = [];
    try {
      await withTimeout(door.listener.stop(GRACE_MS), 'Closing', GRACE_MS + this.timeoutMs, door.plugin);
    } catch (error) {
      this.onProblem(door.plugin, `${door.listener.name} did not close cleanly: ${sentenceOf(error)}`);
    }
  }
}

/** A list it must be; what else a plugin answers would be taken for ports by everybody who shows them. */
function portsIn(answer: readonly OpenPort[]): readonly OpenPort[] {
  const isSound = Array.isArray(answer) && answer.every((port) => typeof port?.host === 'string' && typeof port.port === 'number');
  if (!isSound) {
    throw new Error('start() answered no list of ports.');
  }
  return answer;
}
