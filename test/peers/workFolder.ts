// A folder for one run of the peers: servers that give up root must be able to pass through it.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PracticeIsp } from '@postroom/sdk/testing';

export interface WorkFolder {
  readonly path: string;
  readonly certificate: { readonly cert: string; readonly key: string };
  remove(): Promise<void>;
}

/** With `cert.pem` and `key.pem` for localhost and 127.0.0.1 in it. */
export async function makeWorkFolder(): Promise<WorkFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postroom-peers-'));
  await chmod(folder, 0o755);
  const isp = await PracticeIsp.start();
  const { certificate } = isp;
  await isp.stop();
  await writeFile(path.join(folder, 'cert.pem'), certificate.cert);
  await writeFile(path.join(folder, 'key.pem'), certificate.key, { mode: 0o600 });
  return { path: folder, certificate, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Why the peers can't run here, `undefined` where they can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'the peers are Debian packages';
  return process.getuid?.() === 0 ? undefined : 'Dovecot and Postfix are started as root';
}
