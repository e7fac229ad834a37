// The one commit that makes a message Postroom's: octets, row, copies, Outbox and journal, or nothing of it.
import type { IntakeResult, IntakeUnit } from '../mailStore.js';
import { dropSpilled } from './chunks.js';
import type { Connection } from './connection.js';
import type { Copy } from './copies.js';
import { outboxRow, placeCopies } from './copies.js';
import { messageRow } from './messageRows.js';
import { OutboxRecord } from './outboxRecord.js';
import type { OutboxTally } from './outboxTally.js';
import type { Sequence } from './sequence.js';
import type { StagedMessage } from './stagedMessage.js';
import type { ChunkRow, OutboxRow } from './tables.js';
import { noteNotice } from './waitingRows.js';
import type { WriteGroup } from './writeGroup.js';
import type { WriteUnit } from './writeQueue.js';

/** A message's entry under the id that the ISP gave it before, or under the one it has. */
export interface FormerEntry {
  readonly uidl: string;
  readonly since: number;
}

/** First 16 octets of a content hash (hex). */
export function contentKey(contentHash: string): Buffer {
  return Buffer.from(contentHash.slice(0, 32), 'hex');
}

export class IntakeWrite implements WriteUnit {
  readonly octets: number;
  readonly seenKeys: readonly Buffer[];
  #result: IntakeResult = { placed: [], duplicates: [] };
  #outbox: OutboxRow[] = [];
  #gone = false;
  readonly #settled: OutboxRecord | undefined;

  constructor(
    private readonly unit: IntakeUnit,
    private readonly body: StagedMessage,
    private readonly chunks: readonly ChunkRow[],
    private readonly copies: readonly Copy[],
    private readonly former: FormerEntry | undefined,
    private readonly numbers: Sequence,
    private readonly tally: OutboxTally,
    private readonly now: Date,
  ) {
    this.octets = chunks.reduce((sum, chunk) => sum + chunk.octets.length, 0);
    this.#settled = unit.settles && new OutboxRecord(unit.settles, tally, now);
    this.seenKeys = copies.flatMap((copy) => copy.seenKey ?? []);
  }

  get result(): IntakeResult {
    return this.#result;
  }

  stage(group: WriteGroup): void {
    const { message, journal, outbox } = this.unit;
    const { number } = this.body;
    this.#result =
      this.former === undefined
        ? placeCopies(group, number, message, this.copies, this.now)
        : { placed: [], duplicates: this.copies.map(({ draft }) => draft.mailbox), formerUidl: this.former.uidl };
    this.#outbox = outbox.map((draft) => outboxRow(this.numbers.next(), number, draft, this.now));
    // Every copy was one too many: the trace is all that stays. A message without any destination is nobody's duplicate and stays.
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

  async run(writer: Connection): Promise<void> {
    await this.#settled?.run(writer);
    if (this.unit.tells !== undefined) await noteNotice(writer, this.unit.tells, this.now);
    if (this.former !== undefined && this.former.uidl !== this.unit.journal?.uidl) {
      await writer.run('DELETE FROM journal WHERE account = ? AND uidl = ?', [this.unit.journal?.account, this.former.uidl]);
    }
    if (!this.body.hasSpilled) return;
    if (this.#gone) await dropSpilled(writer, this.body.number);
    else await writer.run('DELETE FROM spill WHERE message_id = ?', [this.body.number]);
  }

  committed(): void {
    this.body.committed();
    this.tally.queued(this.#outbox);
    this.#settled?.committed();
  }
}
