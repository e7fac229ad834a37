// A store in memory, as far as the flow asks it: for tests of one step, without a database. What a real store promises is tested with the real one.
import type { MessageId } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import type { IntakeResult, IntakeUnit, MailStore, ResortChange, StagedBody, StoredMessage, StoreRoom } from '@postroom/sdk/services';

class MemoryBody implements StagedBody {
  readonly pieces: Uint8Array[] = [];
  state: 'open' | 'committed' | 'discarded' = 'open';

  constructor(
    readonly id: MessageId,
    private readonly trouble: () => Error | undefined,
  ) {}

  get size(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  append(octets: Uint8Array): Promise<void> | undefined {
    const error = this.trouble();
    if (error !== undefined) return Promise.reject(error);
    this.pieces.push(octets);
    return undefined;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.pieces;
  }

  async discard(): Promise<void> {
    if (this.state === 'open') this.state = 'discarded';
  }
}

type Used = Pick<MailStore, 'stage' | 'commit' | 'outcome' | 'message' | 'read' | 'setAside' | 'resort' | 'room'>;

export class MemoryMailStore implements Used {
  readonly bodies: MemoryBody[] = [];
  readonly units: IntakeUnit[] = [];
  readonly changes: { readonly id: MessageId; readonly change: ResortChange }[] = [];
  readonly messages = new Map<MessageId, StoredMessage>();
  /** What the next calls of `append`, `commit`, `outcome` and `room` fail with. */
  appendTrouble: Error | undefined;
  commitTrouble: Error | undefined;
  outcomeTrouble: Error | undefined;
  roomTrouble: Error | undefined;
  /** What becomes of the next commits, whose answers are lost. */
  losing: 'stored' | 'not stored' | undefined;
  /** Numbers whose outcome was asked for. */
  readonly settled: MessageId[] = [];
  free = 1e12;
  asked = 0;

  /** As the flow's classes want it. */
  get asStore(): MailStore {
    return this as Partial<MailStore> as MailStore;
  }

  /** Staged messages that were neither committed nor discarded. */
  get leftOpen(): readonly MessageId[] {
    return this.bodies.filter(({ state }) => state === 'open').map(({ id }) => id);
  }

  async stage(): Promise<StagedBody> {
    const body = new MemoryBody(String(this.bodies.length + 1), () => this.appendTrouble);
    this.bodies.push(body);
    return body;
  }

  async commit(unit: IntakeUnit): Promise<IntakeResult> {
    if (this.commitTrouble !== undefined) throw this.commitTrouble;
    if (this.losing !== 'not stored') {
      (unit.body as MemoryBody).state = 'committed';
      this.units.push(unit);
      this.messages.set(unit.message.id, unit.message);
    }
    if (this.losing !== undefined) throw new PostroomError('store/unknown', 'The line broke.');
    return resultOf(unit);
  }

  async outcome(id: MessageId): Promise<IntakeResult | undefined> {
    this.settled.push(id);
    if (this.outcomeTrouble !== undefined) throw this.outcomeTrouble;
    const unit = this.units.find(({ message }) => message.id === id);
    return unit && resultOf(unit);
  }

  async message(id: MessageId): Promise<StoredMessage | undefined> {
    return this.messages.get(id);
  }

  async *read(id: MessageId, start = 0): AsyncGenerator<Uint8Array> {
    const body = this.bodies.find((each) => each.id === id && this.messages.has(id));
    if (body === undefined) throw new PostroomError('mail/not-found', `There is no message ${id}.`);
    yield Buffer.concat(body.pieces).subarray(start);
  }

  async setAside(disposition?: string): Promise<readonly StoredMessage[]> {
    const aside = [...this.messages.values()].filter((message) => message.disposition !== 'deliver');
    return aside.filter((message) => disposition === undefined || message.disposition === disposition).toReversed();
  }

  async resort(id: MessageId, change: ResortChange): Promise<IntakeResult | undefined> {
    const message = this.messages.get(id);
    if (message === undefined) throw new PostroomError('mail/not-found', `There is no message ${id}.`);
    if (message.disposition !== change.from) return undefined;
    this.changes.push({ id, change });
    const { disposition, reason, rung, trail, concealed } = change;
    this.messages.set(id, { ...message, disposition, reason, rung, trail, concealed });
    return { placed: change.add.map(({ mailbox }) => mailbox), duplicates: [] };
  }

  async room(octets: number): Promise<StoreRoom> {
    this.asked += 1;
    if (this.roomTrouble !== undefined) throw this.roomTrouble;
    return { answer: this.free >= octets ? 'yes' : 'only-removals', free: this.free, place: 'the disk of the data folder' };
  }
}

function resultOf({ placements }: IntakeUnit): IntakeResult {
  return { placed: placements.map(({ mailbox }) => mailbox), duplicates: [] };
}
