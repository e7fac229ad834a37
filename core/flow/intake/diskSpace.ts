// Whether mail can be taken in: with a disk that failed, or is full up to the floor, it waits where it is, at the ISP or with the client.
import { Clock, type FreeSpace, MailStore, SettingsService, StoreMaintenance } from '@postroom/sdk/services';

/** Free space is looked at this often at most. */
const LOOK_AGAIN_MS = 1_000;
const MEGABYTE = 1024 * 1024;

export class DiskSpace implements FreeSpace {
  #looked = Number.NEGATIVE_INFINITY;
  #free: Promise<number> = Promise.resolve(0);

  constructor(
    @MailStore private readonly store: MailStore,
    @SettingsService private readonly settings: SettingsService,
    @StoreMaintenance private readonly maintenance: StoreMaintenance,
    @Clock private readonly clock: Clock,
  ) {}

  /** A sentence where nothing can be taken in now. */
  async problem(): Promise<string | undefined> {
    if (this.maintenance.trouble !== undefined) {
      return `Nothing can be stored since the disk failed: ${this.maintenance.trouble.message} Postroom looks again by itself.`;
    }
    const now = this.clock.monotonic();
    if (now - this.#looked >= LOOK_AGAIN_MS) {
      this.#looked = now;
      this.#free = this.store.room();
    }
    const free = await this.#free;
    const floor = this.settings.get<number>('server.freeSpaceFloorMB') * MEGABYTE;
    return free >= floor
      ? undefined
      : `The disk of the data folder has ${Math.floor(free / MEGABYTE)} MB free; below ${floor / MEGABYTE} MB no mail is taken in. Make room, or lower server.freeSpaceFloorMB.`;
  }
}
