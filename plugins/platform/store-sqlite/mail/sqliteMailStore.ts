// MailStore on SQLite.

import type { Disposition, MailboxRef, MessageId } from '@postroom/sdk';
import type {
  Clock,
  CopyTrace,
  IntakeResult,
  IntakeUnit,
  MailboxSummary,
  MailStore,
  MessageTrace,
  PlacementDraft,
  ResortChange,
  StagedBody,
  StoredMessage,
  StoreRoom,
} from '@postroom/sdk/services';
import {
  contentKey,
  noSuchMessage,
  notSetAside,
  numberOfMessage,
  type OutboxTally,
  StagedMessage,
  stagedBodyOf,
  storedMessage,
} from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';
import type { Sequence } from '../engine/sequence.js';
import { MESSAGE_COLUMNS, type MessageRow } from '../engine/tables.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import { readChunks } from './chunks.js';
import type { Copy } from './copies.js';
import { copyFor, letGo, removeCopies } from './copies.js';
import { type FormerEntry, IntakeWrite } from './intakeWrite.js';
import type { MailboxNames } from './mailboxNames.js';
import { readMailboxSummaries } from './mailboxSummaries.js';
import { OutcomeWrite } from './outcomeWrite.js';
import { ResortWrite } from './resortWrite.js';
import { chunkRows, SqliteStaging } from './staging.js';
import { readHistory, readTraces } from './traces.js';

export class SqliteMailStore implements MailStore {
  readonly #staging: SqliteStaging;

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly names: MailboxNames,
    private readonly tally: OutboxTally,
    private readonly numbers: { readonly message: Sequence; readonly outbox: Sequence },
    private readonly clock: Clock,
    /** Number of this server. */
    server: number,
    private readonly disk: { room(octets: number): Promise<StoreRoom> },
  ) {
    this.#staging = new SqliteStaging(queue, readers, server);
  }

  async stage(): Promise<StagedBody> {
    return new StagedMessage(this.numbers.message.next(), this.#staging);
  }

  async commit(unit: IntakeUnit): Promise<IntakeResult> {
    const body = stagedBodyOf(unit, this.#staging);
    const copies = await this.#copies(unit.placements);
    const [surplus] = await this.#copies(typeof unit.surplus === 'object' ? [unit.surplus.placement] : []);
    const former = await this.#former(unit);
    const write = new IntakeWrite(
      unit,
      body,
      chunkRows(body.number, await body.lastPieces()),
      copies,
      surplus,
      former,
      this.numbers.outbox,
      this.tally,
      this.clock.now(),
    );
    await this.queue.write(write);
    return write.result;
  }

  async outcome(id: MessageId): Promise<IntakeResult | undefined> {
    const number = numberOfMessage(id);
    // Of no stage() of this process, so there is no commit of it either.
    if (number < 1 || number > this.numbers.message.last) return undefined;
    const settled = new OutcomeWrite(number, this.clock.now());
    await this.queue.write(settled);
    return settled.mailboxes && { placed: settled.mailboxes.map((mailbox) => this.names.ref(mailbox)), duplicates: [] };
  }

  async message(id: MessageId): Promise<StoredMessage | undefined> {
    const row = await this.readers.get<MessageRow>(`SELECT ${MESSAGE_COLUMNS} FROM message WHERE id = ? AND gone_at IS NULL`, [
      numberOfMessage(id),
    ]);
    return row && storedMessage(row);
  }

  async copies(id: MessageId): Promise<readonly CopyTrace[]> {
    const number = numberOfMessage(id);
    await this.queue.settleLater();
    return (await readHistory(this.readers, this.names, [number])).get(number) ?? [];
  }

  async *read(id: MessageId, start = 0): AsyncGenerator<Uint8Array> {
    const number = numberOfMessage(id);
    const row = await this.readers.get<{ size: number }>('SELECT size FROM message WHERE id = ? AND gone_at IS NULL', [number]);
    if (row === undefined) throw noSuchMessage(id);
    if (start < row.size) yield* readChunks(this.readers, number, start, row.size);
  }

  setAside(disposition?: Disposition): Promise<readonly StoredMessage[]> {
    return this.#messages(
      `message WHERE disposition <> 'deliver' AND gone_at IS NULL AND disposition = ifnull(?, disposition) ORDER BY id DESC`,
      [disposition],
    );
  }

  async resort(id: MessageId, change: ResortChange): Promise<IntakeResult | undefined> {
    const number = numberOfMessage(id);
    const copies = await this.#copies(change.add);
    const recall = change.recall.flatMap((mailbox) => this.names.find(mailbox) ?? []);
    const write = new ResortWrite(number, change, copies, recall, this.numbers.outbox, this.tally, this.clock.now());
    await this.queue.write(write);
    return write.result;
  }

  async remove(id: MessageId): Promise<void> {
    const number = numberOfMessage(id);
    const now = this.clock.now();
    await this.queue.write({
      makesRoom: true,
      run: async (writer) => {
        const row = await writer.get<{ disposition: string }>('SELECT disposition FROM message WHERE id = ? AND gone_at IS NULL', [number]);
        if (row === undefined) throw noSuchMessage(id);
        if (row.disposition === 'deliver') throw notSetAside(id);
        const copies = await writer.all<{ id: number }>('SELECT id FROM placement WHERE message_id = ? AND removed_at IS NULL', [number]);
        await removeCopies(
          writer,
          copies.map((copy) => copy.id),
          now,
        );
        // What the Outbox holds is still owed to somebody: then it goes with the last entry.
        await writer.run(`UPDATE message SET disposition = 'deliver' WHERE id = ? AND EXISTS (SELECT 1 FROM outbox WHERE message_id = ?)`, [
          number,
          number,
        ]);
        await letGo(writer, [number], now, true);
      },
    });
  }

  async mailboxes(): Promise<readonly MailboxSummary[]> {
    await this.queue.settleLater();
    return readMailboxSummaries(this.readers, this.names);
  }

  async list(mailbox: MailboxRef, limit: number): Promise<readonly StoredMessage[]> {
    const id = this.names.find(mailbox);
    if (id === undefined) return [];
    return this.#messages(
      'placement JOIN message ON message.id = placement.message_id WHERE mailbox_id = ? AND removed_at IS NULL ORDER BY placement.id DESC LIMIT ?',
      [id, limit],
    );
  }

  recent(limit: number, account?: string): Promise<readonly StoredMessage[]> {
    return account === undefined
      ? this.#messages('message INDEXED BY message_present WHERE gone_at IS NULL ORDER BY id DESC LIMIT ?', [limit])
      : this.#messages('message INDEXED BY message_present WHERE gone_at IS NULL AND account = ? ORDER BY id DESC LIMIT ?', [
          account,
          limit,
        ]);
  }

  async trace(query: string, limit: number): Promise<readonly MessageTrace[]> {
    await this.queue.settleLater();
    return readTraces(this.readers, this.names, query, limit);
  }

  renameMailbox(from: MailboxRef, to: MailboxRef): Promise<void> {
    return this.names.rename(from, to);
  }

  room(octets: number): Promise<StoreRoom> {
    return this.disk.room(octets);
  }

  /** The journal entry of the same octets under the same id, or under one that the ISP no longer lists. */
  async #former({ journal, message }: IntakeUnit): Promise<FormerEntry | undefined> {
    if (journal?.maybeRenamed !== true) return undefined;
    return this.readers.get<FormerEntry>(
      `SELECT uidl, since FROM journal WHERE account = ?1 AND uidl = ?3 AND content_key = ?2
        UNION ALL SELECT uidl, since FROM journal
          WHERE account = ?1 AND content_key = ?2 AND state = 'stored' AND unlisted_since IS NOT NULL AND uidl <> ?3
        LIMIT 1`,
      [journal.account, contentKey(message.contentHash), journal.uidl],
    );
  }

  async #copies(drafts: readonly PlacementDraft[]): Promise<readonly Copy[]> {
    const copies: Copy[] = [];
    const missing = drafts.filter((draft) => this.names.find(draft.mailbox) === undefined);
    if (missing.length > 0) await Promise.all(missing.map((draft) => this.names.idOf(draft.mailbox)));
    for (const draft of drafts) copies.push(copyFor(draft, this.names.find(draft.mailbox) ?? (await this.names.idOf(draft.mailbox))));
    return copies;
  }

  async #messages(from: string, values: readonly (string | number | undefined)[]): Promise<readonly StoredMessage[]> {
    return (await this.readers.all<MessageRow>(`SELECT ${MESSAGE_COLUMNS} FROM ${from}`, values)).map(storedMessage);
  }
}
