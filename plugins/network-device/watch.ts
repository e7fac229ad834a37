// Keeps looking for the device, and knows at any moment whether Postroom may work.
import type { Disposable, LicenceVerdict, Logger, Settings } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { denialOf, inGrace, type Knowledge, seenElsewhere } from './denial.js';
import { type Device, deviceName, deviceOf, isSameDevice, NO_DEVICE } from './device.js';
import type { look } from './look.js';
import type { Change, Memory } from './memory.js';
import type { Sight } from './ping.js';
import { NO_OTHERS, type Sightings } from './sightings.js';

const LOOK_EVERY_MS = 60_000;
const MINUTE_MS = 60_000;
/** After another device was set others may still hold that they see the former one: so long their word does not count. */
const SETTLING_MS = 10_000;

/** Answer of `network-device.status`. */
export interface DeviceStatus {
  readonly address: string;
  readonly port: number;
  readonly mac: string;
  /** Result of this server's last look; `undefined` before the first. */
  readonly seen: boolean | undefined;
  /** Names of the servers on the store that see it, this one among them. */
  readonly seenBy: readonly string[];
  /** Why it was not seen. */
  readonly why: string | undefined;
  /** Postroom may work: a server sees it, or one did within the grace. */
  readonly satisfied: boolean;
  /** By any server: ISO 8601; `undefined` where it was never seen. */
  readonly lastSeen: string | undefined;
  /** Since when this server sees it, or not: ISO 8601. */
  readonly since: string | undefined;
  /** The last 50 times that it came or went, oldest first. */
  readonly history: readonly Change[];
}

/** What the watch needs of the world. */
export interface WatchParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly memory: Memory;
  readonly sightings: Sightings;
  readonly log: Logger;
  readonly look: (device: Device) => ReturnType<typeof look>;
  /** The answer to onLicenseCheck is another now; so it is after the first look of a run without grace. */
  onDidChange(): void;
}

export class DeviceWatch implements Disposable {
  #device = NO_DEVICE;
  #sight: Sight | undefined;
  #others = NO_OTHERS;
  /** Of the monotonic clock: what others see counts from here on. */
  #othersFrom = Number.NEGATIVE_INFINITY;
  /** Of the monotonic clock: a changed wall clock neither shortens nor lengthens the grace. */
  #seenAt: number | undefined;
  /** What the host knows, without the minutes that its sentence counts. */
  #announced: string | undefined;
  #running: Promise<void> | undefined;
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(private readonly parts: WatchParts) {}

  /** Takes the settings in force, goes on from what is remembered, and looks. */
  async start(): Promise<void> {
    const { memory, clock } = this.parts;
    await memory.load();
    this.#device = deviceOf(this.parts.settings);
    memory.isAbout(this.#device);
    if (memory.lastSeen !== undefined) {
      const age = Math.max(clock.now().getTime() - Date.parse(memory.lastSeen), 0);
      this.#seenAt = clock.monotonic() - age;
    }
    this.#announced = this.#answer();
    void this.lookNow();
  }

  /** The settings changed: another device begins unseen. */
  reconfigure(): void {
    const device = deviceOf(this.parts.settings);
    if (!isSameDevice(device, this.#device)) {
      this.#device = device;
      this.#sight = undefined;
      this.#seenAt = undefined;
      this.#others = NO_OTHERS;
      this.#othersFrom = this.parts.clock.monotonic() + SETTLING_MS;
      void this.parts.sightings.tell(false);
      this.parts.memory.isAbout(device);
      this.#running = undefined;
    }
    this.#announce();
    void this.lookNow();
  }

  /** Looks, or waits for the look that is under way; resolves when what was seen is on the disk. Never rejects. */
  lookNow(): Promise<void> {
    if (this.#running) return this.#running;
    const running = this.#look(this.#device).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  /** For onLicenseCheck. */
  verdict(): LicenceVerdict | undefined {
    return denialOf(this.#knowledge());
  }

  /** So recently seen that a start need not wait for the first look. */
  get inGrace(): boolean {
    return inGrace(this.#knowledge());
  }

  status(): DeviceStatus {
    const { memory, sightings } = this.parts;
    const own = this.#sight?.seen === true ? [sightings.server] : [];
    return {
      ...this.#device,
      seen: this.#sight?.seen,
      seenBy: [...own, ...this.#others.seenBy].sort(),
      why: whyOf(this.#sight),
      satisfied: this.verdict() === undefined,
      lastSeen: memory.lastSeen,
      since: memory.history.at(-1)?.at,
      history: memory.history,
    };
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    void this.#timer?.dispose();
    await this.#running;
    await this.parts.sightings.tell(false);
  }

  async #look(device: Device): Promise<void> {
    void this.#timer?.dispose();
    const sight = device.address === '' ? undefined : await this.parts.look(device);
    if (this.#isOutdated(device)) return;
    // Where this server sees it nobody else is asked before that counts.
    if (sight?.seen !== true) await this.#askOthers(device);
    if (this.#isOutdated(device)) return;
    const changed = sight !== undefined && this.#take(sight);
    if (this.#isSeen) this.#seenAt = this.parts.clock.monotonic();
    // First of all: a slow disk must not delay the listeners.
    this.#announce();
    await this.parts.sightings.tell(sight?.seen === true);
    if (sight?.seen === true) await this.#askOthers(device);
    if (sight !== undefined) await this.#remember(sight, changed);
    this.#arm();
  }

  #isOutdated(device: Device): boolean {
    return this.#disposed || !isSameDevice(device, this.#device);
  }

  /** Where the store can't be asked, what it said before holds: no mail is served without it. */
  async #askOthers(device: Device): Promise<void> {
    const others = await this.parts.sightings.others();
    if (this.#isOutdated(device)) return;
    const isSettling = this.parts.clock.monotonic() < this.#othersFrom;
    this.#others = isSettling ? NO_OTHERS : (others ?? this.#others);
  }

  /** By any server, at the last look. */
  get #isSeen(): boolean {
    return this.#sight?.seen === true || this.#others.seenBy.length > 0;
  }

  /** Tells the host where its last answer no longer holds. */
  #announce(): void {
    const answer = this.#answer();
    if (answer === this.#announced) return;
    this.#announced = answer;
    this.parts.onDidChange();
  }

  #answer(): string {
    return this.verdict() === undefined ? 'satisfied' : `denied: ${whyOf(this.#sight)}`;
  }

  /** Answers whether it came or went. */
  #take(sight: Sight): boolean {
    const { memory, log } = this.parts;
    const changed = sight.seen !== (this.#sight?.seen ?? memory.history.at(-1)?.seen);
    this.#sight = sight;
    if (changed && sight.seen) log.info(`The network device at ${deviceName(this.#device)} is seen.`, this.#fields);
    if (changed && !sight.seen)
      log.warn(`The network device is not seen: ${deviceName(this.#device)} ${sight.why}.${seenElsewhere(this.#others)}`, this.#fields);
    return changed;
  }

  async #remember(sight: Sight, changed: boolean): Promise<void> {
    const { clock, memory, log } = this.parts;
    const why = whyOf(sight);
    try {
      await memory.note(
        clock.now(),
        { seen: sight.seen, ...(why === undefined ? {} : { why }) },
        { isNews: changed, isSeen: this.#isSeen },
      );
    } catch (error) {
      // A full disk must not stop the watch: only a restart within the grace is affected.
      log.warn('When the network device was seen could not be stored.', { ...this.#fields, error });
    }
  }

  get #fields(): { readonly address: string; readonly port: number } {
    return { address: this.#device.address, port: this.#device.port };
  }

  /** Every minute, and at the end of the grace. */
  #arm(): void {
    if (this.#disposed) return;
    // Of a look at the same device that began earlier: it was configured away and back meanwhile.
    void this.#timer?.dispose();
    const { unseenForMs, graceMinutes } = this.#knowledge();
    const graceLeft = graceMinutes * MINUTE_MS - (unseenForMs ?? 0);
    const wait = this.#sight?.seen === false && graceLeft > 0 ? Math.min(graceLeft, LOOK_EVERY_MS) : LOOK_EVERY_MS;
    const settling = this.#othersFrom - this.parts.clock.monotonic();
    this.#timer = this.parts.clock.after(settling > 0 ? Math.min(wait, settling) : wait, () => void this.lookNow());
  }

  #knowledge(): Knowledge {
    return {
      device: this.#device,
      seen: this.#sight?.seen,
      others: this.#others,
      why: whyOf(this.#sight),
      unseenForMs: this.#seenAt === undefined ? undefined : this.parts.clock.monotonic() - this.#seenAt,
      graceMinutes: this.parts.settings.get<number>('licensing.device.graceMinutes'),
    };
  }
}

function whyOf(sight: Sight | undefined): string | undefined {
  return sight?.seen === false ? sight.why : undefined;
}
