// MailStore on PostgreSQL.
import { type Disposition, type MailboxRef, type MessageId, PostroomError } from '@postroom/sdk';
import type {
  CopyTrace,
  IntakeResult,
  IntakeUnit,
  MailboxSummary,
  MailStore,
  MessageTrace,
  ResortChange,
  StagedBody,
  StoredMessage,
  StoreRoom,
} from '@postroom/sdk/services';
import {
  copyTurnsOf,
  type MessageColumns,
  noSuchMessage,
  notSetAside,
  numberOfMessage,
  StagedMessage,
  stagedBodyOf,
  storedMessage,
} from '@postroom/sdk/store';
import type { Statements } from '../engine/database.js';
import type { Engine } from '../engine/engine.js';
import type { MessageNumbers } from '../engine/numbers.js';
import type { SharedTally } from '../outbox/sharedTally.js';
import { copyDrafts } from './copies.js';
import { Discards } from './discards.js';
import { formerEntry } from './intakeAlone.js';
import { IntakeQueue } from './intakeQueue.js';
import { bodyPieces } from './intakeUnit.js';
import { letGo, lockMessages } from './letGo.js';
import { Mailboxes } from './mailboxes.js';
import { readMailboxSummaries } from './mailboxSummaries.js';
import { MESSAGE_COLUMNS } from './messageRows.js';
import { settle } from './outcome.js';
import { readPieces } from './pieces.js';
import { resort } from './resort.js';
import { PostgresStaging } from './staging.js';
import { readHistory, readTraces } from './traces.js';

export class PostgresMailStore implements MailStore {
  readonly #mailboxes: Mailboxes;
  readonly #queue: IntakeQueue;
  readonly #staging: PostgresStaging;

  constructor(
    private readonly engine: Engine,
    private readonly numbers: MessageNumbers,
    private readonly tally: SharedTally,
    private readonly surroundings: {
      room(): Promise<StoreRoom>;
      /** Writes down what clients have picked up so far: who asks for it next is told of it. */
      notePickUps(): Promise<void>;
    },
  ) {
    this.#mailboxes = new Mailboxes(engine.database);
    this.#staging = new PostgresStaging(engine.database, new Discards(engine.database, engine.servers), engine.servers);
    this.#queue = new IntakeQueue(engine, this.#mailboxes, tally);
  }

  async stage(): Promise<StagedBody> {
    return new StagedMessage(await this.numbers.next(), this.#staging);
  }

  async commit(unit: IntakeUnit): Promise<IntakeResult> {
    const { message, placements } = unit;
    const body = stagedBodyOf(unit, this.#staging);
    const copies = copyDrafts(body.number, message, placements);
    await this.#mailboxes.make(copies.map(({ draft }) => draft.mailbox));
    const isRenamed = unit.journal?.maybeRenamed === true && (await formerEntry(this.engine.database, unit)) !== undefined;
    return this.#queue.store({
      unit,
      body,
      number: body.number,
      pieces: bodyPieces(body.number, await body.lastPieces()),
      copies,
      turns: copyTurnsOf(unit),
      isRenamed,
    });
  }

  async outcome(id: MessageId): Promise<IntakeResult | undefined> {
    const number = numberOfMessage(id);
    if (number < 0) return undefined;
    const ask = (): Promise<IntakeResult | undefined> =>
      this.engine.database.transaction((statements) => settle(statements, number, this.engine.clock));
    // Of its own answer, too: whichever way it went, the same question has the same answer.
    return ask().catch((error: unknown) => {
      if (!(error instanceof PostroomError) || error.code !== 'store/unknown') throw error;
      return ask();
    });
  }

  async message(id: MessageId): Promise<StoredMessage | undefined> {
    return (await this.#messages('message WHERE id = $1 AND gone_at IS NULL', [numberOfMessage(id)]))[0];
  }

  async copies(id: MessageId): Promise<readonly CopyTrace[]> {
    const number = numberOfMessage(id);
    await this.surroundings.notePickUps();
    return (await readHistory(this.engine.database, [number])).get(number) ?? [];
  }

  async *read(id: MessageId, start = 0): AsyncGenerator<Uint8Array> {
    const number = numberOfMessage(id);
    const [row] = await this.engine.database.rows<{ size: number }>('SELECT size FROM message WHERE id = $1 AND gone_at IS NULL', [number]);
    if (row === undefined) throw noSuchMessage(id);
    if (start < row.size) yield* readPieces(this.engine.database, number, start, row.size);
  }

  setAside(disposition?: Disposition): Promise<readonly StoredMessage[]> {
    return this.#messages(
      `message WHERE disposition <> 'deliver' AND gone_at IS NULL AND disposition = coalesce($1, disposition) ORDER BY id DESC`,
      [disposition],
    );
  }

  async resort(id: MessageId, change: ResortChange): Promise<IntakeResult | undefined> {
    const { database, clock, changes } = this.engine;
    // What was picked up before a resort was asked for counts for it.
    await this.surroundings.notePickUps();
    const stored = await database.transaction((statements) => resort(statements, numberOfMessage(id), change, clock));
    if (stored === undefined) return undefined;
    this.tally.queued(stored.queued);
    if (stored.queued.length > 0) changes.publish('outbox');
    return stored.result;
  }

  async remove(id: MessageId): Promise<void> {
    await this.engine.database.transaction((statements) => this.#remove(statements, id));
  }

  async mailboxes(): Promise<readonly MailboxSummary[]> {
    await this.surroundings.notePickUps();
    return readMailboxSummaries(this.engine.database);
  }

  async list(mailbox: MailboxRef, limit: number): Promise<readonly StoredMessage[]> {
    const id = await this.#mailboxes.find(mailbox);
    if (id === undefined) return [];
    return this.#messages(
      'placement JOIN message ON message.id = placement.message_id WHERE mailbox_id = $1 AND removed_at IS NULL ORDER BY placement.id DESC LIMIT $2',
      [id, limit],
    );
  }

  recent(limit: number, account?: string): Promise<readonly StoredMessage[]> {
    return account === undefined
      ? this.#messages('message WHERE gone_at IS NULL ORDER BY id DESC LIMIT $1', [limit])
      : this.#messages('message WHERE gone_at IS NULL AND account = $2 ORDER BY id DESC LIMIT $1', [limit, account]);
  }

  async trace(query: string, limit: number): Promise<readonly MessageTrace[]> {
    await this.surroundings.notePickUps();
    return readTraces(this.engine.database, query, limit);
  }

  renameMailbox(from: MailboxRef, to: MailboxRef): Promise<void> {
    return this.#mailboxes.rename(from, to);
  }

  room(): Promise<StoreRoom> {
    return this.surroundings.room();
  }

  /** Resolves when all that was asked for so far has been tried. */
  settle(): Promise<void> {
    return this.#queue.settle();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #remove(statements: Statements, id: MessageId): Promise<void> {
    const number = numberOfMessage(id);
    const { clock } = this.engine;
    await lockMessages(statements, [number]);
    const [row] = await statements.rows<{ disposition: string }>('SELECT disposition FROM message WHERE id = $1 AND gone_at IS NULL', [
      number,
    ]);
    if (row === undefined) throw noSuchMessage(id);
    if (row.disposition === 'deliver') throw notSetAside(id);
    await statements.run(`UPDATE placement SET removed_at = ${clock.now}, prefix = NULL WHERE message_id = $1 AND removed_at IS NULL`, [
      number,
    ]);
    // What the Outbox holds is still owed to somebody: then it goes with the last entry.
    await statements.run(
      `UPDATE message SET disposition = 'deliver' WHERE id = $1 AND EXISTS (SELECT 1 FROM outbox WHERE message_id = $1)`,
      [number],
    );
    await letGo(statements, [number], clock, true);
  }

  async #messages(from: string, values: readonly unknown[]): Promise<readonly StoredMessage[]> {
    return (await this.engine.database.rows<MessageColumns>(`SELECT ${MESSAGE_COLUMNS} FROM ${from}`, values)).map(storedMessage);
  }
}
