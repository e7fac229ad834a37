// The AUTHORIZATION state: USER and PASS (RFC 1939), AUTH PLAIN (RFC 5034), STLS (RFC 2595).
import type { LoginAnswer, OpenMaildrop, Pop3Login } from '../pop3Desk.js';
import { plainCredentials, utf8 } from './saslPlain.js';
import type { Session } from './session.js';
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

async function logIn(session: Session, login: Pop3Login): Promise<void> {
  const answer = await session.line.logIn(login);
  if (answer.ok) return open(session, answer.maildrop);
  if (session.line.isClosed) return;
  refuse(session, answer);
}

function open(session: Session, maildrop: OpenMaildrop): Promise<void> | void {
  // The client may have disconnected since: nobody else would let go of the mailbox.
  if (session.line.isClosed) return maildrop.close();
  const transaction = new Transaction(maildrop, session.services.readAhead);
  session.begin(transaction);
  session.ok(`Mailbox open, ${transaction.count} messages, ${transaction.octets} octets`);
}

function refuse(session: Session, answer: LoginAnswer & { readonly ok: false }): void {
  switch (answer.reason) {
    case 'wrong':
      return session.refuseBad('[AUTH] Wrong name or password');
    case 'wait':
      return session.refuseBad('[AUTH] Too many failed logins, try again later');
    case 'in-use':
      return session.refuse('[IN-USE] Another session has this mailbox open');
    case 'failed':
      return session.refuse(`${answer.code} The mailbox cannot be opened`);
    case 'left':
      return session.line.cut();
  }
}
