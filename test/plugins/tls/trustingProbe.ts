// Logs in at an ISP whose certificate authority this process trusts: Node reads NODE_EXTRA_CA_CERTS only when it starts.
// Run as a program with a request as JSON in its first argument; prints the outcome as JSON.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { VirtualClock } from '@postroom/sdk/testing';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { probeLogin } from '#plugins/pop3/dist/client/probeLogin.js';
import { IspSession } from '#plugins/smtp/dist/relay/ispSession.js';
import { KnownMechanisms } from '#plugins/smtp/dist/relay/login/knownMechanisms.js';

const SELF = fileURLToPath(import.meta.url);

export interface ProbeRequest {
  readonly protocol: 'pop3' | 'smtp';
  readonly security: 'tls' | 'starttls';
  readonly host: string;
  readonly port: number;
}

export interface ProbeOutcome {
  readonly ok: boolean;
  readonly problem: string;
}

/** Probes from a process that trusts the authority `ca` (PEM). */
export async function trustingProbe(request: ProbeRequest, ca: string): Promise<ProbeOutcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postroom-ca-'));
  try {
    const file = path.join(folder, 'ca.pem');
    await writeFile(file, ca);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: file };
    const { stdout } = await promisify(execFile)(process.execPath, [SELF, JSON.stringify(request)], { env });
    return JSON.parse(stdout) as ProbeOutcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function probe({ protocol, security, host, port }: ProbeRequest): Promise<ProbeOutcome> {
  const { signal } = new AbortController();
  if (protocol === 'pop3') {
    const account = {
      id: 'company',
      user: 'mail',
      password: 'isp secret',
      auth: 'auto' as const,
      pin: undefined,
      patienceMs: 60_000,
      leaveOnServerDays: 0,
      maxMessageBytes: 1_000_000,
    };
    const times = { connectMs: 30_000, replyMs: 30_000 };
    const result = await probeLogin(
      { ...account, ...times, host, port, security },
      { clock: new VirtualClock(), known: new KnownWays() },
      signal,
    );
    return { ok: result.ok, problem: result.problem?.message ?? '' };
  }
  const login = { user: 'mail', password: 'isp secret' };
  try {
    const session = await IspSession.open(
      { clientName: 'office.example', host, port, security, auth: 'auto', login, pin: undefined, patienceMs: 60_000 },
      new KnownMechanisms(),
      signal,
    );
    session.close();
    return { ok: true, problem: '' };
  } catch (error) {
    return { ok: false, problem: String(error) };
  }
}

if (process.argv[1] === SELF) {
  process.stdout.write(JSON.stringify(await probe(JSON.parse(process.argv[2] ?? '{}') as ProbeRequest)));
  process.exit();
}
