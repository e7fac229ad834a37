// The villains of test/fixtures/plugins, and what each of them is caught at.
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestHost } from '@postroom/sdk/testing';

export const FIXTURES = fileURLToPath(new URL('../../../../fixtures/plugins/', import.meta.url));

/** What becomes of mail while it runs, and what is said of it. */
export interface Villain {
  readonly name: string;
  readonly mail: 'held' | 'delivered';
  readonly state: 'active' | 'failed';
  readonly said: RegExp;
}

export const VILLAINS: readonly Villain[] = [
  { name: 'throws', mail: 'held', state: 'active', said: /villain\.throws\/scan failed: I never worked\./ },
  { name: 'never-answers', mail: 'held', state: 'active', said: /did not answer within 400 ms/ },
  { name: 'spins', mail: 'held', state: 'active', said: /did not answer within 400 ms|did not react any more and was killed/ },
  { name: 'exits', mail: 'held', state: 'active', said: /its process ended by itself with exit code 3/ },
  { name: 'eats-heap', mail: 'held', state: 'active', said: /ran out of memory|did not answer within/ },
  { name: 'eats-buffers', mail: 'held', state: 'active', said: /MB of memory and was killed|did not answer within/ },
  { name: 'forks', mail: 'held', state: 'active', said: /No process could be started or signalled/ },
  { name: 'reads-passwd', mail: 'held', state: 'active', said: /Access to this API has been restricted/ },
  { name: 'writes-outside', mail: 'held', state: 'active', said: /Access to this API has been restricted/ },
  { name: 'opens-database', mail: 'held', state: 'active', said: /Access to this API has been restricted/ },
  { name: 'sends-garbage', mail: 'held', state: 'active', said: /was killed: it sent a frame that is no JSON/ },
  { name: 'sends-100-megabytes', mail: 'held', state: 'active', said: /was killed: it sent a frame of 104857600 \+ 0 octets; at most/ },
  { name: 'tells-questions', mail: 'held', state: 'active', said: /was killed: it told "state\.get", which is a question/ },
  {
    name: 'steals-secrets',
    mail: 'held',
    state: 'active',
    said: /asks for the secret pop3\.password, which is no secret of its own/,
  },
  { name: 'nobodys-mailbox', mail: 'held', state: 'active', said: /There is no mailbox nobody@company/ },
  { name: 'nobody-at-all', mail: 'held', state: 'active', said: /There is no mailbox nobody/ },
  { name: 'foreign-account', mail: 'held', state: 'active', said: /lisa@works is a mailbox of another account/ },
  { name: 'other-sdk', mail: 'held', state: 'active', said: /An error of another SDK/ },
  { name: 'fills-storage', mail: 'held', state: 'active', said: /its process filled its folder and was killed; 8 MB are allowed/ },
  {
    name: 'mails-by-itself',
    mail: 'held',
    state: 'active',
    said: /may not connect to 127\.0\.0\.1:25: its manifest does not name it in capabilities\.network/,
  },
  {
    name: 'traces-the-compiler',
    mail: 'held',
    state: 'failed',
    said: /A plugin may not use node:v8\. The modules of Node that it may use: /,
  },
  { name: 'opens-a-port', mail: 'held', state: 'active', said: /may not use listen\(\): no plugin opens a port or a socket/ },
  { name: 'forges-log', mail: 'held', state: 'active', said: /I only forge/ },
  { name: 'taps-undeclared', mail: 'held', state: 'failed', said: /taps onSort as "secretly", which its manifest does not declare/ },
  { name: 'spins-in-activate', mail: 'held', state: 'failed', said: /activate\(\) did not end within 5 seconds/ },
  {
    name: 'claims-licence',
    mail: 'delivered',
    state: 'failed',
    said: /taps onLicenseCheck \(grant\), which is for the product's own plugins/,
  },
  { name: 'other-api', mail: 'held', state: 'failed', said: /It needs API \^9\.0\.0/ },
];

/** Copies a fixture to where an administrator's hand would put it; `bundled` is what it brings along as node_modules. */
export async function plant(host: Pick<TestHost, 'dataDir'>, name: string): Promise<void> {
  const folder = path.join(host.dataDir, 'plugins', name);
  await mkdir(path.dirname(folder), { recursive: true });
  await cp(path.join(FIXTURES, name), folder, { recursive: true });
  await cp(path.join(FIXTURES, name, 'bundled'), path.join(folder, 'node_modules'), { recursive: true }).catch(() => undefined);
}
