// Messages as rows.
import type { MessageColumns } from '@postroom/sdk/store';
import type { Column } from '../engine/rowTable.js';

/** SQL: what a message is read from. */
export const MESSAGE_COLUMNS =
  'message.id, origin, message.account, uidl, received_at, message.size, content_hash, message.message_id, sender, subject, disposition, details';

/** A number that shall never be stored: nobody sees its row. */
export const VOID = 'void';

/** `gone_at` depends on what becomes of the message's copies. */
export const MESSAGE_ROW: readonly Column<MessageColumns>[] = [
  ['id', 'bigint', ({ id }) => id],
  ['origin', 'text', ({ origin }) => origin],
  ['account', 'text', ({ account }) => account],
  ['uidl', 'text', ({ uidl }) => uidl],
  ['received_at', 'bigint', ({ received_at }) => received_at],
  ['size', 'bigint', ({ size }) => size],
  ['content_hash', 'bytea', ({ content_hash }) => content_hash],
  ['message_id', 'text', ({ message_id }) => message_id],
  ['sender', 'text', ({ sender }) => sender],
  ['subject', 'text', ({ subject }) => subject],
  ['disposition', 'text', ({ disposition }) => disposition],
  ['details', 'text', ({ details }) => details],
];
