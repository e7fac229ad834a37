// Records of another store as rows: for each kind its table, and where the columns come from.
import type { TransferRecord } from '@postroom/sdk/services';
import { accountOf, concealedText, dsnText, messageColumns, userKey } from '@postroom/sdk/store';
import { type Column, RowTable } from '../engine/rowTable.js';
import { MESSAGE_ROW } from '../mail/messageRows.js';

export type RecordOf<K extends TransferRecord['kind']> = Extract<TransferRecord, { readonly kind: K }>;
/** What is not a row by itself, or is written in another way. */
export type RowKind = Exclude<TransferRecord['kind'], 'octets' | 'document' | 'numbers'>;

type Columns = { readonly [K in RowKind]: readonly Column<RecordOf<K>>[] };

const COLUMNS: Columns = {
  mailbox: [
    ['id', 'bigint', ({ number }) => number],
    ['account', 'text', ({ mailbox }) => accountOf(mailbox)],
    ['user_name', 'text', ({ mailbox }) => mailbox.user],
    ['user_key', 'text', ({ mailbox }) => userKey(mailbox)],
    ['last_picked_up', 'bigint', ({ lastPickedUp }) => timeOf(lastPickedUp)],
    ['last_client', 'text', ({ lastClient }) => lastClient ?? null],
  ],
  message: [
    ...MESSAGE_ROW.map(
      ([name, type, of]) =>
        [name, type, ({ message }: RecordOf<'message'>) => of(messageColumns(Number(message.id), message))] as Column<RecordOf<'message'>>,
    ),
    ['gone_at', 'bigint', ({ goneAt }) => timeOf(goneAt)],
  ],
  copy: [
    ['id', 'bigint', ({ number }) => number],
    ['mailbox_id', 'bigint', ({ mailbox }) => mailbox],
    ['message_id', 'bigint', ({ message }) => message],
    ['prefix', 'bytea', ({ prefix }) => prefix ?? null],
    ['concealed', 'text', ({ concealed }) => concealedText(concealed)],
    ['size', 'bigint', ({ size }) => size],
    ['tag', 'bigint', ({ tag }) => tag],
    ['seen_key', 'bytea', ({ seenKey }) => seenKey ?? null],
    ['placed_at', 'bigint', ({ placedAt }) => placedAt.getTime()],
    ['picked_up_at', 'bigint', ({ pickedUpAt }) => timeOf(pickedUpAt)],
    ['client', 'text', ({ client }) => client ?? null],
    ['removed_at', 'bigint', ({ removedAt }) => timeOf(removedAt)],
  ],
  seen: [
    ['key', 'bytea', ({ key }) => key],
    ['at', 'bigint', ({ at }) => at.getTime()],
    ['message_id', 'bigint', ({ message }) => message],
  ],
  entry: [
    ['id', 'bigint', ({ id }) => id],
    ['message_id', 'bigint', ({ message }) => Number(message)],
    ['account', 'text', ({ account }) => account],
    ['sender', 'text', ({ from }) => from],
    ['recipient', 'text', ({ recipient }) => recipient],
    ['prefix', 'bytea', ({ prefix }) => prefix],
    ['dsn', 'text', (entry) => dsnText(entry)],
    ['state', 'text', ({ state }) => state],
    ['queued_at', 'bigint', ({ queuedAt }) => queuedAt.getTime()],
    ['attempts', 'integer', ({ attempts }) => attempts],
    ['next_try_at', 'bigint', ({ nextTryAt }) => nextTryAt.getTime()],
    ['in_doubt', 'boolean', ({ inDoubt }) => inDoubt],
    ['doubts', 'integer', ({ doubts }) => doubts],
    ['status', 'text', ({ status }) => status],
    ['text', 'text', ({ text }) => text],
    ['delay_noticed', 'boolean', ({ delayNoticed }) => delayNoticed],
  ],
  journal: [
    ['account', 'text', ({ account }) => account],
    ['uidl', 'text', ({ uidl }) => uidl],
    ['state', 'text', ({ state }) => state],
    ['listed_size', 'bigint', ({ listedSize }) => listedSize],
    ['since', 'bigint', ({ since }) => since.getTime()],
    ['attempts', 'integer', ({ attempts }) => attempts],
    ['failures', 'integer', ({ failures }) => failures],
    ['unlisted_since', 'bigint', ({ unlistedSince }) => timeOf(unlistedSince)],
    ['content_key', 'bytea', ({ contentKey }) => contentKey ?? null],
    ['header_print', 'text', ({ headerPrint }) => headerPrint ?? null],
    ['notice', 'text', ({ notice }) => (notice === undefined ? null : JSON.stringify(notice))],
    ['ordered', 'text', ({ order }) => order ?? null],
  ],
  clock: [
    ['at', 'bigint', ({ at }) => at.getTime()],
    ['moved', 'bigint', () => 0],
  ],
  log: [
    ['id', 'bigint', ({ entry }) => entry.id],
    ['at', 'bigint', ({ entry }) => entry.at.getTime()],
    ['day', 'text', ({ day }) => day],
    ['kind', 'text', ({ entry }) => entry.kind],
    ['account', 'text', ({ entry }) => entry.account ?? null],
    ['user_name', 'text', ({ entry }) => entry.user ?? null],
    ['message', 'text', ({ entry }) => entry.message ?? null],
    ['text', 'text', ({ entry }) => entry.text],
    ['details', 'text', ({ entry }) => JSON.stringify(entry.details)],
  ],
  value: [
    ['plugin', 'text', ({ plugin }) => plugin],
    ['key', 'text', ({ key }) => key],
    ['value', 'text', ({ value }) => JSON.stringify(value)],
    ['expires_at', 'bigint', ({ expires }) => timeOf(expires)],
  ],
  revision: [
    ['id', 'bigint', ({ revision }) => revision.id],
    ['at', 'bigint', ({ revision }) => revision.at.getTime()],
    ['author', 'text', ({ revision }) => revision.author],
    ['text', 'text', ({ revision }) => revision.text],
  ],
};

const TABLES: Readonly<Record<RowKind, string>> = {
  mailbox: 'mailbox',
  message: 'message',
  copy: 'placement',
  seen: 'seen',
  entry: 'outbox',
  journal: 'journal',
  clock: 'store_clock',
  log: 'activity',
  value: 'plugin_state',
  revision: 'settings_revision',
};

/** What a store has by its contents, beside servers and leases. */
export const CONTENT_TABLES: readonly string[] = [...Object.values(TABLES), 'chunk', 'spill', 'document'];

/** A statement that adds rows, with its values. `records`: all of that kind. */
export function insertOf<K extends RowKind>(kind: K, records: readonly RecordOf<K>[]): readonly [text: string, values: readonly Buffer[]] {
  const rows = new RowTable<RecordOf<K>>('record', COLUMNS[kind] as unknown as readonly Column<RecordOf<K>>[], 1);
  return [`INSERT INTO ${TABLES[kind]} (${rows.columns}) SELECT ${rows.columns} FROM ${rows.sql} ORDER BY n`, rows.values(records)];
}

function timeOf(at: Date | undefined): number | null {
  return at?.getTime() ?? null;
}
