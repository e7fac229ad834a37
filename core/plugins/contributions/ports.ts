// Opens and closes the plugins' ports: not before every plugin is active, not without a licence, and before any plugin deactivates.
import { type Disposable, type OpenPort, type PortListener, sentenceOf } from '@postroom/sdk';
import type { PortCatalogue } from '@postroom/sdk/services';
import { LIFECYCLE_TIMEOUT_MS, withTimeout } from '../runtime/lifecycleTimeout.js';

/** How long a listener may take to end its sessions. */
const GRACE_MS = 5_000;

/** One listener and what it has open. */
interface Opening {
  readonly plugin: string;
  readonly listener: PortListener;
  ports: readonly OpenPort[];
  open: boolean;
  /** Why it could not be opened when that was last tried. */
  problem: string | undefined;
  /** Closed for its plugin's sake: it stays so, whatever the licence says meanwhile. */
  barred: boolean;
}

export class Ports implements PortCatalogue {
  readonly #openings: Opening[] = [];
  #begun = false;
  #licensed = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly onProblem: (plugin: string, sentence: string) => void,
    private readonly timeoutMs = LIFECYCLE_TIMEOUT_MS,
  ) {}

  get ports(): readonly (OpenPort & { readonly plugin: string })[] {
    return this.#openings.flatMap((opening) => opening.ports.map((port) => ({ ...port, plugin: opening.plugin })));
  }

  /** Why ports of a plugin are shut that should be open: those that could not even say what became of their ports. */
  problemsOf(plugin: string): readonly string[] {
    return this.#openings.flatMap((opening) => (opening.plugin === plugin ? (opening.problem ?? []) : []));
  }

  add(plugin: string, listener: PortListener): Disposable {
    const opening: Opening = { plugin, listener, ports: [], open: false, problem: undefined, barred: false };
    this.#openings.push(opening);
    return {
      dispose: async () => {
        await this.#inTurn(() => this.#shut(opening));
        this.#openings.splice(this.#openings.indexOf(opening), 1);
      },
    };
  }

  /** From now on ports open as they are added. */
  begin(): void {
    this.#begun = true;
  }

  /** Opens everything that may be open, closes what may not: `licensed` says whether mail ports may. */
  settle(licensed: boolean): Promise<void> {
    this.#licensed = licensed;
    return this.#inTurn(async () => {
      for (const opening of this.#openings) {
        const wanted = this.#begun && !opening.barred && (this.#licensed || opening.listener.withoutLicence === true);
        await (wanted ? this.#open(opening) : this.#shut(opening));
      }
    });
  }

  /** Closes one plugin's ports until they are reopened, or all. */
  close(plugin?: string): Promise<void> {
    if (plugin === undefined) {
      this.#begun = false;
    }
    const openings = this.#openings.filter((opening) => plugin === undefined || opening.plugin === plugin);
    for (const opening of openings) {
      opening.barred = plugin !== undefined;
    }
    return this.#inTurn(async () => {
      await Promise.all(openings.map((opening) => this.#shut(opening)));
    });
  }

  /** Closes one plugin's ports and opens them again, after a change of them. */
  async reopen(plugin: string): Promise<void> {
    await this.close(plugin);
    for (const opening of this.#openings.filter((one) => one.plugin === plugin)) {
      opening.barred = false;
    }
    await this.settle(this.#licensed);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work, work);
    return this.#turn;
  }

  async #open(opening: Opening): Promise<void> {
    if (opening.open) {
      return;
    }
    const { listener, plugin } = opening;
    let isLate = false;
    try {
      const started = listener.start();
      // Opened after the time limit: without this it would stay open for ever.
      void started.then(() => (isLate ? listener.stop(0) : undefined)).catch(() => undefined);
      opening.ports = portsIn(await withTimeout(started, 'Opening', this.timeoutMs, plugin));
      opening.open = true;
      opening.problem = undefined;
      for (const port of opening.ports) {
        if (port.problem !== undefined) {
          this.onProblem(plugin, port.problem);
        }
      }
    } catch (error) {
      isLate = true;
      opening.problem = `${listener.name} could not be opened: ${sentenceOf(error)}`;
      this.onProblem(plugin, opening.problem);
    }
  }

  async #shut(opening: Opening): Promise<void> {
    if (!opening.open) {
      return;
    }
    opening.open = false;
    opening.ports = [];
    try {
      await withTimeout(opening.listener.stop(GRACE_MS), 'Closing', GRACE_MS + this.timeoutMs, opening.plugin);
    } catch (error) {
      this.onProblem(opening.plugin, `${opening.listener.name} did not close cleanly: ${sentenceOf(error)}`);
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
