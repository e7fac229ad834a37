// mpop: a POP3 client that fetches into one Maildir.
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Observed, observe } from '../observed.js';
import { placed } from '../placement.js';
import { DOVECOT_PASSWORD, type DovecotPeer } from './dovecotPeer.js';

const run = promisify(execFile);

export interface MpopRun {
  readonly messages: number;
  readonly octets: number;
  /** Default: the ISP's own. */
  readonly port?: number;
  /** Default true. */
  readonly pipelining?: boolean;
  /** Words before the command. */
  readonly where?: readonly string[];
}

/** Puts messages at the ISP and lets mpop fetch and delete them; its processor time is that of `programs`. */
export async function fetchWithMpop(
  isp: DovecotPeer,
  folder: string,
  { messages, octets, port, pipelining = true, where = [] }: MpopRun,
): Promise<Observed<never>> {
  const home = path.join(folder, 'mpop');
  await rm(home, { recursive: true, force: true });
  for (const part of ['cur', 'new', 'tmp']) await mkdir(path.join(home, 'Maildir', part), { recursive: true });
  const file = path.join(home, 'mpoprc');
  await writeFile(file, configuration(port ?? isp.port, home, pipelining), { mode: 0o600 });
  await isp.put('mpop', messages, octets);
  const taken = await observe({}, () => run(...placed(where, 'mpop', ['--file', file, '--quiet'])));
  if ((await isp.count('mpop')) > 0) throw new Error('mpop left messages at the ISP.');
  return taken;
}

function configuration(port: number, home: string, pipelining: boolean): string {
  return `account default
host 127.0.0.1
port ${port}
user mpop
password "${DOVECOT_PASSWORD}"
tls off
auth user
keep off
pipelining ${pipelining ? 'on' : 'off'}
uidls_file ${home}/uidls
delivery maildir ${home}/Maildir
`;
}
