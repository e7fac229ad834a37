// The rows that go in by the group: columns as in migrations/*.sql.
import type { ActivityColumns, CopyColumns, MessageColumns } from '@postroom/sdk/store';

export interface MessageRow extends MessageColumns {
  readonly gone_at: number | null;
}

export interface ChunkRow {
  readonly id: number;
  readonly octets: Uint8Array;
}

export interface SpillRow {
  readonly message_id: number;
  readonly server: number;
}

/** The number is SQLite's to give. */
export interface PlacementRow extends CopyColumns {
  readonly mailbox_id: number;
  readonly message_id: number;
  readonly seen_key: Uint8Array | null;
  readonly placed_at: number;
}

export interface SeenRow {
  readonly key: Uint8Array;
  readonly at: number;
  readonly message_id: number;
}

export interface OutboxRow {
  readonly id: number;
  readonly message_id: number;
  readonly account: string;
  readonly sender: string;
  readonly recipient: string;
  readonly prefix: Uint8Array;
  readonly dsn: string;
  readonly state: string;
  readonly queued_at: number;
  readonly next_try_at: number;
}

export interface JournalRow {
  readonly account: string;
  readonly uidl: string;
  readonly state: string;
  readonly listed_size: number;
  readonly since: number;
  readonly attempts: number;
  readonly content_key: Uint8Array;
  readonly header_print: string | null;
}

export interface Rows {
  readonly message: MessageRow;
  readonly chunk: ChunkRow;
  readonly spill: SpillRow;
  readonly placement: PlacementRow;
  readonly seen: SeenRow;
  readonly outbox: OutboxRow;
  readonly journal: JournalRow;
  readonly activity: ActivityColumns;
}

export type TableName = keyof Rows;

/** In the order in which they are filled: a row comes after the rows it refers to. */
export const COLUMNS: { readonly [T in TableName]: readonly (keyof Rows[T] & string)[] } = {
  message: [
    'id',
    'origin',
    'account',
    'uidl',
    'received_at',
    'size',
    'content_hash',
    'message_id',
    'sender',
    'subject',
    'disposition',
    'details',
    'gone_at',
  ],
  chunk: ['id', 'octets'],
  spill: ['message_id', 'server'],
  placement: ['mailbox_id', 'message_id', 'prefix', 'concealed', 'size', 'tag', 'seen_key', 'placed_at'],
  seen: ['key', 'at', 'message_id'],
  outbox: ['id', 'message_id', 'account', 'sender', 'recipient', 'prefix', 'dsn', 'state', 'queued_at', 'next_try_at'],
  journal: ['account', 'uidl', 'state', 'listed_size', 'since', 'attempts', 'content_key', 'header_print'],
  activity: ['at', 'day', 'kind', 'account', 'user', 'message', 'text', 'details'],
};

/** Columns of octets, every one of them. */
type OctetColumn<T extends TableName> = {
  [C in keyof Rows[T]]: Extract<Rows[T][C], Uint8Array> extends never ? never : C;
}[keyof Rows[T]];

export const OCTET_COLUMNS: { readonly [T in TableName]: Readonly<Record<OctetColumn<T>, true>> } = {
  message: { content_hash: true },
  chunk: { octets: true },
  spill: {},
  placement: { prefix: true, seen_key: true },
  seen: { key: true },
  outbox: { prefix: true },
  journal: { content_key: true },
  activity: {},
};

/** Tables where a newer row takes the place of the older one with the same key. */
export const REPLACING: ReadonlySet<TableName> = new Set(['seen', 'journal']);

/** SQL: what a message is read from. */
export const MESSAGE_COLUMNS =
  'message.id, origin, message.account, uidl, received_at, message.size, content_hash, message.message_id, sender, subject, disposition, details';
