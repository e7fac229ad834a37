// The TRANSACTION and UPDATE states without the messages' content: STAT, LIST, UIDL, DELE, RSET, QUIT (RFC 1939 sections 5 to 7).
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { UniqueIds } from '../pop3Desk.js';
import { systemCode } from '../systemCode.js';
import type { Session } from './session.js';
import type { Transaction } from './transaction.js';

const NUMBER = /^\d+$/;

/** The open mailbox; commands of the TRANSACTION state are only called with one. */
export function opened(session: Session): Transaction {
  if (session.transaction === undefined) throw new Error('A command of the TRANSACTION state ran without a mailbox.');
  return session.transaction;
}

/** The message an argument names; `undefined` after a refusal was sent. */
export function messageNumber(session: Session, argument = ''): number | undefined {
  if (!NUMBER.test(argument)) {
    session.refuseBad('A message number is needed');
    return undefined;
  }
  const number = opened(session).find(argument);
  if (number === undefined) session.refuse('No such message');
  return number;
}

export function stat(session: Session): void {
  const transaction = opened(session);
  session.out.text(`+OK ${transaction.count} ${transaction.octets}\r\n`);
}

export function list(session: Session, [argument]: readonly string[]): Promise<void> | void {
  const transaction = opened(session);
  const { maildrop } = transaction;
  const line = (number: number): string => `${number} ${maildrop.size(number)}`;
  if (argument !== undefined) return one(session, argument, line);
  session.ok(`${transaction.count} messages, ${transaction.octets} octets`);
  return transaction.writeListing(session.out, (number) => `${line(number)}\r\n`);
}

export function uniqueIds(session: Session, [argument]: readonly string[]): Promise<void> | void {
  const ids = opened(session).maildrop.uniqueIds();
  return ids instanceof Promise ? ids.then((there) => showIds(session, argument, there)) : showIds(session, argument, ids);
}

function showIds(session: Session, argument: string | undefined, ids: UniqueIds): Promise<void> | void {
  const transaction = opened(session);
  const line = (number: number): string => `${number} ${ids(number)}`;
  if (argument !== undefined) return one(session, argument, line);
  session.ok(`${transaction.count} unique ids`);
  return transaction.writeListing(session.out, (number) => `${line(number)}\r\n`);
}

function one(session: Session, argument: string, line: (number: number) => string): void {
  const number = messageNumber(session, argument);
  if (number !== undefined) session.ok(line(number));
}

export function deleteMessage(session: Session, [argument]: readonly string[]): void {
  const number = messageNumber(session, argument);
  if (number === undefined) return;
  opened(session).delete(number);
  session.ok(`Message ${number} marked`);
}

export function reset(session: Session): void {
  const transaction = opened(session);
  transaction.reset();
  session.ok(`${transaction.count} messages, ${transaction.octets} octets`);
}

/** +OK only when the deletions are durable; the mailbox is free before the client reads the answer, for a session on another server too. */
export async function quit(session: Session): Promise<void> {
  const { transaction } = session;
  let failure: unknown;
  try {
    await transaction?.update();
  } catch (error) {
    failure = error;
  }
  await session.end();
  if (failure === undefined) session.ok('Bye');
  else session.refuse(`${systemCode(failure)} ${isUnknown(failure) ? UNKNOWN : 'Deleted messages were not removed'}`);
  if (failure !== undefined && transaction !== undefined) {
    const mailbox = transaction.maildrop.name;
    const what = isUnknown(failure)
      ? `Deleted messages of ${mailbox} may not have been removed`
      : `Deleted messages of ${mailbox} were not removed`;
    session.services.log.error(`${what}: ${sentenceOf(failure)}`, { mailbox });
  }
  session.line.close();
}

const UNKNOWN = 'Deleted messages may not have been removed; the next session shows which are there';

/** The answer to the commit was lost. */
function isUnknown(error: unknown): boolean {
  return error instanceof PostroomError && error.code === 'store/unknown';
}
