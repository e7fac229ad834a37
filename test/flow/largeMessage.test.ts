// A message of 50 MB through every step, in bounded memory: a process of its own, so that nothing else is measured.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { leakCheck, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { LargeReport } from './largeMessageServer.js';

const SERVER = fileURLToPath(new URL('./largeMessageServer.js', import.meta.url));
const MEGABYTE = 1024 * 1024;
const LIMIT_MB = 64;
/** Node by itself takes half of that. */
const FILTER_LIMIT_MB = 120;

describe('a message of 50 MB', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('is fetched, stored, read, submitted, read by a filter and relayed whole, without being held in memory', async () => {
    const isp = await PracticeIsp.start();
    try {
      const line = `${'x'.repeat(75)}\n`;
      const text = `From: Olga <olga@out.example>\nTo: Andrew <mail@company.example>\nSubject: Large\nMessage-ID: <large@out.example>\n\n${line.repeat(50 * 13_800)}`;
      isp.mailbox('mail').put(text);
      const size = isp.mailbox('mail').messages[0]?.octets.length ?? 0;
      expect(size).to.be.greaterThan(50 * MEGABYTE);
      const child = fork(SERVER, [String(isp.pop3.port), String(isp.smtp.port), String(isp.device.port)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const ended = once(child, 'exit');
      let report: readonly unknown[];
      try {
        report = (await Promise.race([once(child, 'message'), ended])) as readonly unknown[];
        await ended;
      } finally {
        child.kill();
      }
      const { retrieved, growthMB, filter } = report[0] as LargeReport;
      expect(retrieved).to.be.within(size, size + 2_000);
      expect(isp.outgoing[0]?.octets.length).to.be.within(size, size + 2_000);
      console.log(
        `      resident memory grew by ${Object.entries(growthMB)
          .map(([step, grown]) => `${grown} MB in ${step}`)
          .join(', ')}; the filter's own process took ${filter.megabytes} MB`,
      );
      for (const [step, grown] of Object.entries(growthMB)) expect(grown, step).to.be.at.most(LIMIT_MB);
      expect(filter.octets).to.be.greaterThan(50 * MEGABYTE);
      expect(filter.megabytes, "the filter's own process").to.be.at.most(FILTER_LIMIT_MB);
    } finally {
      await isp.stop();
    }
  }).timeout(120_000);
});
