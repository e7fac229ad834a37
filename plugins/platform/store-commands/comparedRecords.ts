// Records of two stores, compared. Pure.
import type { TransferRecord } from '@postroom/sdk/services';

/** The record as one text. PostgreSQL has no room for U+0000: there U+FFFD stands in its place. */
export function recordText(record: TransferRecord): string {
  return JSON.stringify(plain(record)).replaceAll('\\u0000', '\ufffd');
}

/** Octets as base64, dates as texts, keys in order. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, plain(each)]));
}

/** Whether the second store has the first one's record. Numbers may be higher there: none is given twice. */
export function isSame(one: TransferRecord, other: TransferRecord): boolean {
  if (one.kind !== 'numbers' || other.kind !== 'numbers') return recordText(one) === recordText(other);
  const { kind: _, ...numbers } = one;
  return Object.entries(numbers).every(([what, number]) => other[what as keyof typeof numbers] >= number);
}

/** For sentences: `message 17 ("Offer", from Lisa)`. */
export function recordName(record: TransferRecord): string {
  switch (record.kind) {
    case 'mailbox':
      return `mailbox ${record.mailbox.user}${record.mailbox.account === undefined ? '' : `@${record.mailbox.account}`}`;
    case 'message':
      return `message ${record.message.id} ("${record.message.subject}", from ${record.message.from || 'nobody'})`;
    case 'copy':
      return `copy ${record.number} of message ${record.message}`;
    case 'entry':
      return `recipient ${record.recipient} of message ${record.message} in the Outbox`;
    case 'journal':
      return `what is known of the message ${record.uidl} at the ISP of ${record.account}`;
    case 'log':
      return `entry ${record.entry.id} of the log`;
    case 'value':
      return `what ${record.plugin} keeps under "${record.key}"`;
    case 'revision':
      return `version ${record.revision.id} of the settings`;
    case 'document':
      return `the document ${record.name}`;
    case 'seen':
    case 'octets':
      return `what is kept of message ${record.kind === 'seen' ? record.message : ''}`.trim();
    case 'clock':
      return 'the clock of the store';
    case 'numbers':
      return 'the highest numbers that were given';
  }
}
