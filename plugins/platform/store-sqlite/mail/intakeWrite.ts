// The one commit that makes a message Postroom's: octets, row, copies, Outbox and journal, or nothing of it.
import { createHash } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { Fence, IntakeResult, IntakeUnit } from '@postroom/sdk/services';
import type { Connection } from '../engine/connection.js';
import type { Sequence } from '../engine/sequence.js';
import type { ChunkRow, OutboxRow } from '../engine/tables.js';
import type { WriteGroup } from '../engine/writeGroup.js';
import type { WriteUnit } from '../engine/writeQueue.js';
import { OutboxRecord } from '../outbox/outboxRecord.js';
import type { OutboxTally } from '../outbox/outboxTally.js';
import { noteNotice } from '../records/waitingRows.js';
import { dropSpilled, takeSpilled } from './chunks.js';
import type { Copy } from './copies.js';
import { outboxRow, placeCopies } from './copies.js';
import { messageRow } from './messageRows.js';
import type { StagedMessage } from './stagedMessage.js';

/** A message's entry under the id that the ISP gave it before, or under the one it has. */
export interface FormerEntry {
  readonly uidl: string;
  readonly since: number;
}

/** First 16 octets of a content hash (hex). */
export function contentKey(contentHash: string): Buffer {
  return Buffer.from(contentHash.slice(0, 32), 'hex');
}

/** Copies of one message that are octet for octet the same come together; what comes later is a message that was read before. */
const SAME_OCTETS_MS = 86_400_000;

/** Under which names the copies of one content are noted that reached no new recipient, in the order in which they come. */
interface Turns {
  /** One more than recipients. */
  readonly keys: readonly Buffer[];
  /** Noted where the copy that reached somebody was none of those that the header accounts for. */
  readonly besideKey: Buffer;
}

function turnsOf({ surplus, message, placements }: IntakeUnit): Turns | undefined {
  const duplicateKey = placements[0]?.duplicateKey;
  if (surplus === undefined || duplicateKey === undefined) return undefined;
  const keyOf = (what: string): Buffer =>
    createHash('sha256').update(`${what} of ${message.account}:`).update(duplicateKey).digest().subarray(0, 16);
  const recipients = surplus === 'accounted for' ? -1 : surplus.recipients;
  return { keys: Array.from({ length: recipients + 1 }, (_, turn) => keyOf(`copy ${turn}`)), besideKey: keyOf('beside') };
}

export class IntakeWrite implements WriteUnit {
  readonly octets: number;
  readonly seenKeys: readonly Buffer[];
  #result: IntakeResult = { placed: [], duplicates: [] };
  #outbox: OutboxRow[] = [];
  #gone = false;
  readonly #settled: OutboxRecord | undefined;
  readonly #turns: Turns | undefined;

  constructor(
    private readonly unit: IntakeUnit,
    private readonly body: StagedMessage,
    private readonly chunks: readonly ChunkRow[],
    private readonly copies: readonly Copy[],
    private readonly surplus: Copy | undefined,
    private readonly former: FormerEntry | undefined,
    private readonly numbers: Sequence,
    private readonly tally: OutboxTally,
    private readonly now: Date,
  ) {
    this.octets = chunks.reduce((sum, chunk) => sum + chunk.octets.length, 0);
    this.#settled = unit.settles && new OutboxRecord(unit.settles, tally, now, true);
    this.#turns = former === undefined ? turnsOf(unit) : undefined;
    const turns = this.#turns === undefined ? [] : [...this.#turns.keys, this.#turns.besideKey];
    this.seenKeys = [...copies.flatMap((copy) => copy.seenKey ?? []), ...turns];
  }

  get fence(): Fence | undefined {
    return this.unit.fence;
  }

  get result(): IntakeResult {
    return this.#result;
  }

  stage(group: WriteGroup): void {
    const { journal, outbox } = this.unit;
    const { number } = this.body;
    let { message } = this.unit;
    this.#result =
      this.former === undefined
        ? placeCopies(group, number, message, this.copies, this.now)
        : { placed: [], duplicates: this.copies.map(({ draft }) => draft.mailbox), formerUidl: this.former.uidl };
    const { surplus } = this.unit;
    if (this.#isSurplus(group) && this.surplus !== undefined && typeof surplus === 'object') {
      message = { ...message, rung: surplus.rung, trail: surplus.trail };
      const { placed } = placeCopies(group, number, message, [this.surplus], this.now);
      this.#result = { ...this.#result, placed, isSurplus: true };
    }
    this.#outbox = outbox.map((draft) => outboxRow(this.numbers.next(), number, draft, this.now));
    // Every copy was one too many: the trace is all that stays. A message without any destination is no duplicate and stays.
    this.#gone =
      this.former !== undefined ||
      (this.copies.length > 0 && this.#result.placed.length === 0 && outbox.length === 0 && message.disposition === 'deliver');
    group.insert('message', messageRow(number, message, this.#gone ? this.now : undefined));
    if (!this.#gone) for (const chunk of this.chunks) group.insert('chunk', chunk);
    for (const row of this.#outbox) group.insert('outbox', row);
    if (journal !== undefined) {
      const { account, uidl, listedSize } = journal;
      group.insert('journal', {
        account,
        uidl,
        state: 'stored',
        listed_size: listedSize,
        since: this.former?.since ?? this.now.getTime(),
        attempts: 0,
        content_key: contentKey(message.contentHash),
        header_print: journal.headerPrint ?? null,
      });
    }
  }

  /** Whether everybody had this content, and the header does not account for one copy more. */
  #isSurplus(group: WriteGroup): boolean {
    const { placed, duplicates } = this.#result;
    const { keys, besideKey } = this.#turns ?? {};
    const contentHash = this.unit.message.contentHash;
    const note = (key: Buffer): void => group.see(key, { number: this.body.number, at: this.now, contentHash });
    const first = this.copies[0]?.seenKey && group.firstWith(this.copies[0].seenKey);
    if (keys === undefined || besideKey === undefined || first === undefined) return false;
    if (this.unit.surplus === 'accounted for') {
      if (placed.length > 0) note(besideKey);
      return false;
    }
    if (placed.length > 0 || duplicates.length === 0) return false;
    // The same octets long after: an ISP that brings back what was deleted.
    if (first.contentHash === contentHash && this.now.getTime() - first.at.getTime() > SAME_OCTETS_MS) return false;
    // One recipient had the copy that reached somebody, unless it came beside theirs.
    const surplus = group.firstWith(besideKey) === undefined ? keys.length - 2 : keys.length - 1;
    const turn = keys.findIndex((key) => group.firstWith(key) === undefined);
    const key = turn > surplus ? undefined : keys[turn];
    if (key === undefined) return false;
    note(key);
    return turn === surplus;
  }

  async run(writer: Connection): Promise<void> {
    await this.#settled?.run(writer);
    if (this.unit.tells !== undefined) await noteNotice(writer, this.unit.tells, this.now);
    if (this.former !== undefined && this.former.uidl !== this.unit.journal?.uidl) {
      await writer.run('DELETE FROM journal WHERE account = ? AND uidl = ?', [this.unit.journal?.account, this.former.uidl]);
    }
    if (!this.body.hasSpilled) return;
    if (this.#gone) await dropSpilled(writer, this.body.number);
    else if (!(await takeSpilled(writer, this.body.number))) throw sweptAway(this.body.id);
  }

  committed(): void {
    this.body.committed();
    this.tally.queued(this.#outbox);
    this.#settled?.committed();
  }
}

function sweptAway(id: string): PostroomError {
  return new PostroomError('lease/lost', `The first octets of message ${id} were removed before it was stored: nothing of it is stored.`, {
    message: id,
  });
}
