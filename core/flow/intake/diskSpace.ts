// Whether mail can be taken in: with a store that failed, or is full up to the floor, it waits where it is, at the ISP or with the client.
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { Clock, type FreeSpace, MailStore, SettingsService, StoreMaintenance, type StoreRoom } from '@postroom/sdk/services';
import { hasCode } from '../../base/hasCode.js';

/** The store is asked this often at most. */
const LOOK_AGAIN_MS = 1_000;
const MEGABYTE = 1024 * 1024;

export class DiskSpace implements FreeSpace {
  #asked: { readonly at: number; readonly floor: number; readonly trouble: Promise<PostroomError | undefined> } | undefined;

  constructor(
    @MailStore private readonly store: MailStore,
    @SettingsService private readonly settings: SettingsService,
    @StoreMaintenance private readonly maintenance: StoreMaintenance,
    @Clock private readonly clock: Clock,
  ) {}

  /** A sentence where nothing can be taken in now. */
  async problem(): Promise<string | undefined> {
    return (await this.trouble())?.message;
  }

  /** What keeps mail out now: `store/full`, or the error that the store answers with. */
  trouble(): Promise<PostroomError | undefined> {
    const { trouble } = this.maintenance;
    if (trouble !== undefined) return Promise.resolve(inWords(trouble));
    const floor = this.settings.get<number>('server.freeSpaceFloorMB');
    const now = this.clock.monotonic();
    if (this.#asked === undefined || now - this.#asked.at >= LOOK_AGAIN_MS || floor !== this.#asked.floor) {
      this.#asked = { at: now, floor, trouble: this.#ask(floor) };
    }
    return this.#asked.trouble;
  }

  async #ask(floor: number): Promise<PostroomError | undefined> {
    try {
      const sentence = sentenceFor(await this.store.room(floor * MEGABYTE), floor);
      return sentence === undefined ? undefined : new PostroomError('store/full', sentence);
    } catch (error) {
      return new PostroomError(error instanceof PostroomError ? error.code : 'store/failed', sentenceOf(error), {}, { cause: error });
    }
  }
}

/** Of a store on another machine the error says itself what it is. */
function inWords(trouble: Error): PostroomError {
  const isAway = hasCode(trouble, 'store/unreachable') || hasCode(trouble, 'store/unfit');
  const why = isAway ? '' : ' since the disk failed';
  const sentence = `Nothing can be stored${why}: ${trouble.message} Postroom looks again by itself.`;
  return new PostroomError(isAway ? trouble.code : 'store/full', sentence);
}

/** What the room means for mail, where there is too little of it. `floor`: megabytes. Pure. */
function sentenceFor({ answer, free, place }: StoreRoom, floor: number): string | undefined {
  if (answer === 'yes') return undefined;
  const where = place.charAt(0).toUpperCase() + place.slice(1);
  const left = free === undefined ? undefined : `${Math.floor(free / MEGABYTE)} MB`;
  if (answer === 'no') {
    const full = left === undefined ? `${where} is full` : `${where} has ${left} free`;
    return `${full}: nothing can be written, no mail can be taken in, and none be removed. Make room.`;
  }
  if (left === undefined) return `${where} has no room: no mail is taken in until there is. Make room.`;
  return `${where} has ${left} free; below ${floor} MB no mail is taken in. Make room, or lower server.freeSpaceFloorMB.`;
}
