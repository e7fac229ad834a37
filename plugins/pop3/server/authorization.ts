// The AUTHORIZATION state: USER and PASS (RFC 1939), AUTH PLAIN (RFC 5034), STLS (RFC 2595).
import { mailboxName, sentenceOf } from '@postroom/sdk';
import { type PlainCredentials, plainCredentials, utf8 } from './saslPlain.js';
import type { Session } from './session.js';
import { systemCode } from './systemCode.js';
import { Transaction } from './transaction.js';

/** The same for a right and a wrong password, and no [AUTH]: nothing was looked at. */
const NEEDS_TLS = 'Logins are accepted with TLS only: use STLS or the TLS port';

export function user(session: Session, [name = '']: readonly string[]): void {
  if (!session.line.mayLogIn) return session.refuse(NEEDS_TLS);
  const decoded = utf8(name.trim());
  if (decoded === undefined || decoded === '') return session.refuseBad('The name is not UTF-8 text');
  session.user = decoded;
  session.ok('Send the password');
}

export function pass(session: Session, [octets = '']: readonly string[]): Promise<void> | void {
  if (!session.line.mayLogIn) return session.refuse(NEEDS_TLS);
  const name = session.user;
  session.user = undefined;
  if (name === undefined) return session.refuseBad('USER comes directly before PASS');
  const password = utf8(octets);
  if (password === undefined) return session.refuseBad('The password is not UTF-8 text');
  return logIn(session, { name, password });
}

export function auth(session: Session, [mechanism = '', initial]: readonly string[]): Promise<void> | void {
  if (mechanism.toUpperCase() !== 'PLAIN') return session.refuseBad('Unknown mechanism: PLAIN is the one there is');
  if (!session.line.mayLogIn) return session.refuse(NEEDS_TLS);
  if (initial !== undefined) return plain(session, initial === '=' ? '' : initial);
  session.out.text('+ \r\n');
  session.onResponse = (response) => (response === '*' ? session.refuse('AUTH cancelled') : plain(session, response));
}

export async function startTls(session: Session): Promise<void> {
  if (!session.line.mayStartTls) return session.refuseBad('STLS is not possible here');
  await session.line.startTls();
}

function plain(session: Session, response: string): Promise<void> | void {
  const credentials = plainCredentials(response);
  if (credentials === undefined) return session.refuseBad('This is no valid PLAIN response');
  return logIn(session, credentials);
}

async function logIn(session: Session, { name, password }: PlainCredentials): Promise<void> {
  // The authenticator writes the log line of a failure, the same for each protocol and without names that it does not know.
  const result = await session.services.authenticator.login(name, password, { protocol: 'pop3', address: session.line.peer });
  if (session.line.isClosed) return;
  if (result.ok) return open(session, result.mailbox);
  session.refuseBad(result.reason === 'wait' ? '[AUTH] Too many failed logins, try again later' : '[AUTH] Wrong name or password');
}

async function open(session: Session, mailbox: Transaction['mailbox']): Promise<void> {
  const { maildrops, log, readAhead } = session.services;
  try {
    const maildrop = await maildrops.open(mailbox);
    if (maildrop === 'in-use') return session.refuse('[IN-USE] Another session has this mailbox open');
    // The client may have disconnected while the mailbox was opened: nobody else would let go of it.
    if (session.line.isClosed) return await maildrop.close();
    const transaction = new Transaction(mailbox, maildrop, readAhead);
    session.begin(mailbox, transaction);
    session.ok(`Mailbox open, ${transaction.count} messages, ${transaction.octets} octets`);
  } catch (error) {
    log.error(`The mailbox ${mailboxName(mailbox)} could not be opened: ${sentenceOf(error)}`, { mailbox: mailboxName(mailbox) });
    session.refuse(`${systemCode(error)} The mailbox cannot be opened`);
  }
}
