// Reads whole mailboxes with curl, and takes off what Postroom put on top.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { succeed } from './program.js';
import { PASSWORD } from './settings.js';
import type { World } from './world.js';

/** How curl is to reach the server. */
export type Way = 'plain' | 'starttls' | 'tls';

/** All messages of a mailbox, in order, as they came over the line. */
export async function readMailbox(world: World, user: string, way: Way = 'plain'): Promise<readonly Buffer[]> {
  const base = `${way === 'tls' ? 'pop3s' : 'pop3'}://127.0.0.1:${world.office.port('pop3', way)}`;
  const common = [
    '-sS',
    '--user',
    `${user}:${PASSWORD}`,
    '--cacert',
    path.join(world.work.path, 'cert.pem'),
    ...(way === 'starttls' ? ['--ssl-reqd'] : []),
  ];
  const list = (await succeed('curl', [...common, `${base}/`])).toString();
  const count = list.split('\n').filter((line) => /^\d+ \d+/.test(line)).length;
  if (count === 0) return [];
  const folder = await mkdtemp(path.join(world.work.path, 'read-'));
  await succeed('curl', [...common, `${base}/[1-${count}]`, '-o', path.join(folder, '#1')]);
  const messages = await Promise.all(Array.from({ length: count }, (_, at) => readFile(path.join(folder, String(at + 1)))));
  await rm(folder, { recursive: true });
  return messages;
}

/** The message without the field that Postroom put on top of it: its own Received. */
export function withoutOurs(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const [field = ''] = /^Received: [^\r]*(?:\r\n[ \t][^\r]*)*\r\n/.exec(text) ?? [];
  return message.subarray(/\(Postroom\)/.test(field) ? field.length : 0);
}
