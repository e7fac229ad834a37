// A message that kills whoever sorts it: each start is killed by it, until it is set aside and the mail behind it arrives.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { letter } from '../kit/letter.js';
import { officeSettings, REGULAR } from '../kit/officeSettings.js';
import type { FaultTable } from './table.js';
import { VictimProcess } from './victimProcess.js';

/** Three deaths, and one start that gets through; more would be a crash loop. */
const MOST_STARTS = 6;

interface Standing {
  readonly deaths: number;
  readonly held: readonly string[];
  readonly delivered: number;
  readonly left: number;
}

export async function poisonSweep(table: FaultTable): Promise<void> {
  const isp = await PracticeIsp.start();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-poison-'));
  try {
    for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
    const settings = { ...officeSettings(isp), 'plugins.disabled': ['postroom.admin-ui'], 'log.level': 'error' };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    for (const subject of ['before', 'POISON', 'behind']) isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject }));
    const { deaths, held, delivered, left } = await untilAlive(dataDir, isp);
    table.add(
      'a message that kills whoever sorts it',
      {
        lost: held.length + delivered < 3 ? [`${3 - held.length - delivered} messages`] : [],
        doubled: held.length + delivered > 3 ? [`${held.length + delivered} messages of 3`] : [],
        stalled: [
          ...(left > 0 ? [`${left} messages at the ISP`] : []),
          ...(held.join() === 'quarantine' ? [] : [`held: ${held.join() || 'nothing'}`]),
        ],
      },
      `after ${deaths} deaths set aside with its octets; the others delivered`,
    );
  } finally {
    await isp.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function untilAlive(dataDir: string, isp: PracticeIsp): Promise<Standing> {
  for (let deaths = 0; deaths < MOST_STARTS; deaths += 1) {
    const victim = VictimProcess.spawn({ env: { POISON: 'POISON' } });
    try {
      await victim.open(dataDir);
      if (deaths === 0) await victim.run('accounts.set-password', { account: 'company', password: PRACTICE_PASSWORD });
      await victim.run('send-receive', { accounts: ['company'] });
      await victim.run('send-receive', { accounts: ['company'] });
      const held = await victim.run<readonly { readonly disposition: string }[]>('held.list');
      const mailboxes = await victim.run<readonly { readonly user: string; readonly messages: number }[]>('mailboxes.list');
      return {
        deaths,
        held: held.map(({ disposition }) => disposition),
        delivered: mailboxes.find(({ user }) => user === 'andrew')?.messages ?? 0,
        left: isp.mailbox('mail').messages.length,
      };
    } catch (error) {
      if (victim.isAlive) throw error;
    } finally {
      await victim.kill();
    }
  }
  return { deaths: MOST_STARTS, held: [], delivered: 0, left: isp.mailbox('mail').messages.length };
}
