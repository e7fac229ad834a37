// fetchmail: fetches an account for many and hands each message to a Dovecot of the office over LMTP, which puts it into the mailbox of who it is for.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Observed, observe } from '../observed.js';
import { placed } from '../placement.js';
import { DOVECOT_PASSWORD, type DovecotPeer } from './dovecotPeer.js';

const run = promisify(execFile);

export interface FetchmailRun {
  readonly messages: number;
  readonly octets: number;
  /** Who may be a recipient, at works.example. */
  readonly users: readonly string[];
  /** Words before the command. */
  readonly where: readonly string[];
}

/**
 * Puts messages at the ISP, lets fetchmail fetch and delete them, and counts what arrived at the office, which must take LMTP. fetchmail's processor time is
 * that of `programs`.
 */
export async function fetchWithFetchmail(
  isp: DovecotPeer,
  office: DovecotPeer,
  folder: string,
  { messages, octets, users, where }: FetchmailRun,
): Promise<Observed<'office'>> {
  const home = path.join(folder, 'fetchmail');
  await mkdir(home, { recursive: true });
  const file = path.join(home, 'fetchmailrc');
  await writeFile(file, configuration(isp.port, office.lmtpPort, users), { mode: 0o600 });
  await isp.put('fetchmail', messages, octets);
  const before = await arrivedAt(office, users);
  const args = ['-f', file, '--pidfile', path.join(home, 'pid'), '--silent'];
  const taken = await observe({ office: [office.pid] }, () =>
    run(...placed(where, 'fetchmail', args), { env: { ...process.env, FETCHMAILHOME: home } }),
  );
  const arrived = (await arrivedAt(office, users)) - before;
  if (arrived !== messages) throw new Error(`fetchmail and Dovecot delivered ${arrived} messages of ${messages}.`);
  return taken;
}

async function arrivedAt(office: DovecotPeer, users: readonly string[]): Promise<number> {
  let arrived = 0;
  for (const user of users) arrived += await office.count(user);
  return arrived;
}

function configuration(port: number, lmtpPort: number, users: readonly string[]): string {
  return `set no bouncemail
poll 127.0.0.1 protocol pop3 service ${port} no dns no envelope localdomains works.example
  user fetchmail with password "${DOVECOT_PASSWORD}" is ${users.join(' ')} here
  fetchall no keep sslproto "" lmtp smtphost 127.0.0.1/${lmtpPort} smtpaddress works.example
`;
}
