// fetchmail: fetches an account for many and hands each message to Dovecot over LMTP, which puts it into the mailbox of who it is for.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Sample, sample } from '../measure.js';
import { DOVECOT_PASSWORD, type DovecotPeer } from './dovecotPeer.js';

const run = promisify(execFile);

/** Puts messages at the ISP, lets fetchmail fetch and delete them, and counts what arrived. `isp` must take LMTP. */
export async function fetchWithFetchmail(
  isp: DovecotPeer,
  folder: string,
  { messages, octets, users }: { readonly messages: number; readonly octets: number; readonly users: readonly string[] },
): Promise<Sample> {
  const home = path.join(folder, 'fetchmail');
  await mkdir(home, { recursive: true });
  const file = path.join(home, 'fetchmailrc');
  await writeFile(file, configuration(isp, users), { mode: 0o600 });
  await isp.put('fetchmail', messages, octets);
  const taken = await sample(isp.pid, () =>
    run('fetchmail', ['-f', file, '--pidfile', path.join(home, 'pid'), '--silent'], { env: { ...process.env, FETCHMAILHOME: home } }),
  );
  let arrived = 0;
  for (const user of users) arrived += await isp.count(user);
  if (arrived !== messages) throw new Error(`fetchmail and Dovecot delivered ${arrived} messages of ${messages}.`);
  return taken;
}

function configuration({ port, lmtpPort }: DovecotPeer, users: readonly string[]): string {
  return `set no bouncemail
poll 127.0.0.1 protocol pop3 service ${port} no dns no envelope localdomains works.example
  user fetchmail with password "${DOVECOT_PASSWORD}" is ${users.join(' ')} here
  fetchall no keep sslproto "" lmtp smtphost 127.0.0.1/${lmtpPort} smtpaddress works.example
`;
}
