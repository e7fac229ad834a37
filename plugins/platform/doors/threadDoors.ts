// The service: keeps as many door threads as are wanted, with the modules of all open protocols in each.
import { performance } from 'node:perf_hooks';
import { type Disposable, type Logger, sentenceOf } from '@postroom/sdk';
import type { DoorKeeper, Doors, DoorsState, ProtocolDoors } from '@postroom/sdk/services';
import { Door } from './door.js';
import { boundedDoors, crashPauseMs, type DoorDemand, nextDemand } from './doorDemand.js';
import { type DoorMachine, type DoorMode, type DoorsSetting, doorMode, doorsText, takesPart } from './doorMode.js';
import type { DoorModules, DoorPlugin } from './doorModules.js';
import { ProtocolInDoors } from './protocolInDoors.js';

/** How often it looks how busy the threads are. */
const LOOK_MS = 1_000;
/** A door that is not wanted any more takes nothing new; its sessions may go on for so long. */
const SESSION_MS = 900_000;
/** At the end of the server. Protocols have closed before, each with its own grace. */
const END_MS = 1_000;
/** A door that lived so long did not crash soon. */
const LONG_LIFE_MS = 60_000;

export interface ThreadDoorsParts {
  readonly machine: DoorMachine;
  /** `server.doors`. */
  readonly setting: () => DoorsSetting;
  readonly modules: Pick<DoorModules, 'urlOf'>;
  readonly log: Logger;
  /** The built file of doorThread.ts. */
  readonly threadFile: string;
}

export class ThreadDoors implements Doors, Disposable {
  readonly #doors = new Set<Door>();
  readonly #protocols = new Set<ProtocolInDoors>();
  readonly #looks: NodeJS.Timeout;
  #demand: DoorDemand = { wanted: 0 };
  #crashed = 0;
  /** Crashes, one soon after the other. */
  #crashesInARow = 0;
  #pause: NodeJS.Timeout | undefined;
  #lookedAt = performance.now();
  #usage = performance.eventLoopUtilization();
  #mainLoad = 0;
  #isOver = false;

  constructor(private readonly parts: ThreadDoorsParts) {
    this.#looks = setInterval(() => this.#look(), LOOK_MS);
    this.#looks.unref();
  }

  get sharePorts(): boolean {
    return this.parts.machine.canShare;
  }

  get state(): DoorsState {
    const open = this.#living.length;
    const mode = this.#mode;
    return {
      open,
      most: mode.most,
      ...(mode.reason !== undefined && { reason: mode.reason }),
      text: doorsText(mode, open),
      crashed: this.#crashed,
      mainLoad: this.#mainLoad,
    };
  }

  protocol(plugin: DoorPlugin, module: string, keeper: DoorKeeper, { fromCores }: { readonly fromCores?: number } = {}): ProtocolDoors {
    const protocol: ProtocolInDoors = new ProtocolInDoors({
      module: this.parts.modules.urlOf(plugin, module),
      keeper,
      fromCores,
      doors: () => (this.#takesPart(protocol) ? this.#living : []),
      onOpen: () => {
        this.#protocols.add(protocol);
        this.#settle();
      },
      onClose: () => void this.#protocols.delete(protocol),
      onClosed: () => this.#settle(),
    });
    return protocol;
  }

  /** After `server.doors` changed. Doors that there are end: others may take part in another choice of protocols. */
  settingChanged(): void {
    for (const door of this.#living) void door.close(SESSION_MS);
    this.#demand = { wanted: 0 };
    this.#crashesInARow = 0;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#settle();
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#looks);
    clearTimeout(this.#pause);
    await Promise.all([...this.#doors].map((door) => door.close(END_MS)));
  }

  get #mode(): DoorMode {
    return doorMode(this.parts.setting(), this.parts.machine);
  }

  get #living(): readonly Door[] {
    return [...this.#doors].filter((door) => !door.isEnding);
  }

  #takesPart({ fromCores }: ProtocolInDoors): boolean {
    return takesPart(this.parts.setting(), this.parts.machine.cores, fromCores);
  }

  #look(): void {
    const now = performance.now();
    const usage = performance.eventLoopUtilization();
    this.#mainLoad = performance.eventLoopUtilization(usage, this.#usage).utilization;
    this.#usage = usage;
    const doors = [...this.#doors].map((door) => door.look(now)).reduce((sum, load) => sum + load, 0);
    const since = this.#lookedAt;
    this.#lookedAt = now;
    this.#demand = nextDemand(this.#demand, { main: this.#mainLoad, doors }, this.#mode, since, now);
    this.#settle();
  }

  /** Makes the doors that there are equal to those that are wanted. Where no protocol is open, none is. */
  #settle(): void {
    if (this.#isOver) return;
    const taking = [...this.#protocols].filter((protocol) => this.#takesPart(protocol));
    const wanted = taking.length === 0 ? 0 : boundedDoors(this.#demand.wanted, this.#mode);
    const living = this.#living;
    for (const door of living.slice(wanted)) void door.close(SESSION_MS);
    for (let more = living.length; more < wanted && this.#pause === undefined; more += 1) this.#begin(taking);
  }

  /** Where the system has no thread for it, that counts as a door that crashed at once. */
  #begin(protocols: readonly ProtocolInDoors[]): void {
    const began = performance.now();
    try {
      const door = new Door(this.parts.threadFile, {
        onProblem: (sentence) => this.parts.log.warn(`A door thread reports: ${sentence}`),
        onCrash: (reason) => this.#crashedAfter(performance.now() - began, reason),
      });
      this.#doors.add(door);
      void door.ended.then(() => this.#doors.delete(door));
      for (const protocol of protocols) void protocol.openIn(door);
    } catch (error) {
      this.#crashedAfter(0, sentenceOf(error));
    }
  }

  #crashedAfter(livedMs: number, reason: string): void {
    this.#crashed += 1;
    this.#crashesInARow = livedMs > LONG_LIFE_MS ? 1 : this.#crashesInARow + 1;
    this.parts.log.error(`A door thread has ended: ${reason}. Its connections are cut; the main thread goes on.`, {
      crashed: this.#crashed,
    });
    if (this.#isOver) return;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#settle();
    }, crashPauseMs(this.#crashesInARow));
    this.#pause.unref();
  }
}
