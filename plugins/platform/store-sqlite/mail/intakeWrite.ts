// The one commit that makes a message Postroom's: octets, row, copies, Outbox and journal, or nothing of it.
import { PostroomError } from '@postroom/sdk';
import type { Fence, IntakeResult, IntakeUnit } from '@postroom/sdk/services';
import {
  type CopyTurns,
  contentKey,
  copyTurn,
  copyTurnsOf,
  messageColumns,
  needsCopy,
  type OutboxTally,
  type StagedMessage,
} from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Sequence } from '../engine/sequence.js';
import type { ChunkRow, OutboxRow } from '../engine/tables.js';
import type { WriteGroup } from '../engine/writeGroup.js';
import type { WriteUnit } from '../engine/writeQueue.js';
import { OutboxRecord } from '../outbox/outboxRecord.js';
import { noteNotice } from '../records/waitingRows.js';
import { dropSpilled, takeSpilled } from './chunks.js';
import type { Copy } from './copies.js';
import { outboxRow, placeCopies, queuedEntry } from './copies.js';

/** A message's entry under the id that the ISP gave it before, or under the one it has. */
export interface FormerEntry {
  readonly uidl: string;
  readonly since: number;
}

export class IntakeWrite implements WriteUnit {
  readonly octets: number;
  readonly seenKeys: readonly Buffer[];
  #result: IntakeResult = { placed: [], duplicates: [] };
  #outbox: OutboxRow[] = [];
  #gone = false;
  readonly #settled: OutboxRecord | undefined;
  readonly #turns: CopyTurns | undefined;

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
    this.#turns = former === undefined ? copyTurnsOf(unit) : undefined;
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
    this.#gone = this.former !== undefined || (needsCopy(this.unit) && this.#result.placed.length === 0);
    group.insert('message', { ...messageColumns(number, message), gone_at: this.#gone ? this.now.getTime() : null });
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
    const firstKey = this.copies[0]?.seenKey;
    if (this.#turns === undefined || firstKey === undefined) return false;
    const first = group.firstWith(firstKey);
    const turn = copyTurn({
      unit: this.unit,
      turns: this.#turns,
      placed: placed.length,
      duplicates: duplicates.length,
      first: first && { ageMs: this.now.getTime() - first.at.getTime(), contentHash: first.contentHash },
      isNoted: (key) => group.firstWith(key) !== undefined,
    });
    if (turn === undefined) return false;
    group.see(turn.key, { number: this.body.number, at: this.now, contentHash: this.unit.message.contentHash });
    return turn.isSurplus;
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
    this.tally.queued(this.#outbox.map(queuedEntry));
    this.#settled?.committed();
  }
}

function sweptAway(id: string): PostroomError {
  return new PostroomError('lease/lost', `The first octets of message ${id} were removed before it was stored: nothing of it is stored.`, {
    message: id,
  });
}
