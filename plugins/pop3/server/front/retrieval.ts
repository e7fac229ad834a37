// RETR and TOP: a message on its way to the client.
import { sentenceOf } from '@postroom/sdk';
import type { MaildropPiece } from '@postroom/sdk/services';
import { systemCode } from '../systemCode.js';
import { StuffedBody } from './dotStuffing.js';
import { messageNumber, opened } from './mailboxCommands.js';
import { SMALL_MESSAGE } from './messageReader.js';
import type { Session } from './session.js';
import { TopLines } from './topLines.js';

export function retrieve(session: Session, [argument]: readonly string[]): Promise<void> | void {
  const number = messageNumber(session, argument);
  return number === undefined ? undefined : send(session, number, undefined);
}

export function top(session: Session, [argument, lines = '']: readonly string[]): Promise<void> | void {
  if (!/^\d+$/.test(lines)) return session.refuseBad('A number of lines is needed');
  const number = messageNumber(session, argument);
  return number === undefined ? undefined : send(session, number, Number(lines));
}

/** Sends a message, or its beginning. A message that was read ahead goes out at once, without a promise. */
function send(session: Session, number: number, bodyLines: number | undefined): Promise<void> | void {
  const { reader, maildrop } = opened(session);
  const ready = reader.take(number);
  if (ready !== undefined) return sendWhole(session, number, ready, bodyLines);
  if (maildrop.size(number) > SMALL_MESSAGE) return stream(session, number, bodyLines);
  return readAndSend(session, number, bodyLines);
}

async function readAndSend(session: Session, number: number, bodyLines: number | undefined): Promise<void> {
  try {
    const message = await opened(session).reader.read(number, session.line.upcoming());
    if (session.line.isClosed) return;
    if (opened(session).lost.aborted) return session.refuseLost();
    if (message === undefined) return session.refuse('The message was removed meanwhile');
    sendWhole(session, number, message, bodyLines);
  } catch (error) {
    failed(session, number, error);
    session.refuse(`${systemCode(error)} The message cannot be read`);
  }
}

function sendWhole(session: Session, number: number, message: Buffer, bodyLines: number | undefined): void {
  const body = new StuffedBody(session.out);
  announce(session, message.length, bodyLines);
  body.write(bodyLines === undefined ? message : message.subarray(0, new TopLines(bodyLines).take(message)));
  body.end();
  if (bodyLines === undefined) opened(session).retrieved(number);
}

/**
 * A large message, piece by piece as the client reads. A failure before the first piece is an answer, one further on cuts the line, and so does another
 * server that takes the mailbox over.
 */
async function stream(session: Session, number: number, bodyLines: number | undefined): Promise<void> {
  const transaction = opened(session);
  const cutLine = (): void => session.line.cut();
  const cut = bodyLines === undefined ? undefined : new TopLines(bodyLines);
  const body = new StuffedBody(session.out);
  let begun = false;
  transaction.lost.addEventListener('abort', cutLine);
  try {
    for await (const piece of transaction.maildrop.read([number])) {
      if (session.line.isClosed) return;
      if (piece.missing === true && !begun) return session.refuse('The message was removed meanwhile');
      if (piece.missing === true) throw new Error('it was removed while it was read');
      if (!begun) announce(session, transaction.maildrop.size(number), bodyLines);
      begun = true;
      body.write(cut === undefined ? piece.octets : beginning(piece, cut));
      if (piece.last || cut?.isComplete === true) {
        body.end();
        if (cut === undefined) transaction.retrieved(number);
        return;
      }
      if (session.out.isBackedUp) await session.out.drained();
      session.line.touch();
    }
    throw new Error('the store ended it too early');
  } catch (error) {
    failed(session, number, error);
    if (begun) session.line.cut();
    else session.refuse(`${systemCode(error)} The message cannot be read`);
  } finally {
    transaction.lost.removeEventListener('abort', cutLine);
  }
}

function announce(session: Session, octets: number, bodyLines: number | undefined): void {
  session.out.text(bodyLines === undefined ? `+OK ${octets} octets\r\n` : '+OK\r\n');
}

function beginning(piece: MaildropPiece, cut: TopLines): Uint8Array {
  const { octets } = piece;
  return octets.subarray(0, cut.take(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)));
}

function failed(session: Session, number: number, error: unknown): void {
  const mailbox = opened(session).maildrop.name;
  session.services.log.error(`Message ${number} of ${mailbox} could not be read: ${sentenceOf(error)}`, { mailbox });
}
