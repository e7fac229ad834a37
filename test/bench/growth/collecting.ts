// Accounts that collect at once: each has a mailbox of its own at one ISP, and all of its mail has to be here after the round.
import path from 'node:path';
import { sample } from '../measure.js';
import { accountNames } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import type { Bench } from '../row.js';
import { type Point, withServer } from './point.js';

const MESSAGES = 500;
const OCTETS = 4096;

interface RoundAnswer {
  readonly rounds: readonly { readonly stored: number; readonly failed: readonly unknown[] }[];
}

export async function collecting(bench: Bench, size: number): Promise<Point> {
  const isp = await DovecotPeer.start(path.join(bench.folder, `growth-collecting-isp-${size}`));
  const accounts = accountNames(size);
  const account = { 'pop3.host': '127.0.0.1', 'pop3.port': isp.port, 'pop3.security': 'plain' };
  const each = (id: string): Readonly<Record<string, unknown>> => ({ 'pop3.user': id });
  try {
    const point = await withServer(bench, `growth-collecting-${size}`, { accounts: size, users: 8, account, each }, 0, async (server) => {
      for (const id of accounts) await server.run('accounts.set-password', { account: id, password: DOVECOT_PASSWORD });
      const collect = async (): Promise<void> => {
        const { rounds } = (await server.run('send-receive')) as RoundAnswer;
        const stored = rounds.reduce((sum, round) => sum + round.stored, 0);
        const failed = rounds.flatMap((round) => round.failed);
        if (stored !== size * MESSAGES || failed.length > 0)
          throw new Error(`${stored} of ${size * MESSAGES} came: ${JSON.stringify(failed)}`);
      };
      const put = async (): Promise<void> => {
        for (const id of accounts) await isp.put(id, MESSAGES, OCTETS, (number) => `user${number % 8}@${id}.example`);
      };
      await put();
      await collect();
      await put();
      return [await sample(server.pid, collect), size * MESSAGES];
    });
    return { ...point, size };
  } finally {
    await isp.stop();
  }
}
