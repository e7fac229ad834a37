// The scanners among the samples, while their daemon is in trouble: mail waits for as long as it takes, and goes on by itself afterwards.
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { clamd, type FakeServer, SAMPLES, webServer } from './fakes.js';
import { CLAMD_TROUBLES, RSPAMD_TROUBLES, type TroubledDaemon } from './troubledDaemons.js';

/** As many as would switch the plugin off, did they count against it, and one more. */
const MESSAGES = 4;

interface Scanner {
  readonly sample: string;
  readonly troubles: Readonly<Record<string, () => Promise<TroubledDaemon>>>;
  /** The settings that lead to a port. */
  readonly settings: (port: number) => readonly (readonly [string, string])[];
  readonly well: () => Promise<FakeServer>;
}

const SCANNERS: readonly Scanner[] = [
  {
    sample: 'clamav',
    troubles: CLAMD_TROUBLES,
    settings: (port) => [['clamav.port', String(port)]],
    well: () => clamd(() => 'stream: OK'),
  },
  {
    sample: 'rspamd',
    troubles: RSPAMD_TROUBLES,
    settings: (port) => [['rspamd.url', `http://127.0.0.1:${port}/checkv2`]],
    well: () => webServer(() => ({ action: 'no action', score: 0, required_score: 15 })),
  },
];

for (const { sample, troubles, settings, well } of SCANNERS) {
  describe(`the sample ${sample}, while its daemon`, () => {
    let host: TestHost;
    let count = 0;
    before(async () => {
      host = await startTestHost({ plugins: [path.join(SAMPLES, sample)], settings: { [`${sample}.timeoutSeconds`]: 1 } });
    });
    after(() => host.stop());

    const lead = async (port: number): Promise<void> => {
      for (const [key, value] of settings(port)) await host.run('config.set', { key, value });
      await host.run('plugins.allow', { plugin: `sample.${sample}`, yes: true });
    };
    const held = async (): Promise<readonly { readonly subject: string; readonly reason: string }[]> =>
      (await host.run('held.list')) as readonly { readonly subject: string; readonly reason: string }[];

    for (const [trouble, start] of Object.entries(troubles)) {
      it(`${trouble}: holds mail, stays on, and lets it go when all is well`, async () => {
        const troubled = await start();
        await lead(troubled.port);
        const subjects = Array.from({ length: MESSAGES }, () => `Message ${++count}`);
        for (const subject of subjects) {
          host.put(`From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\n${'A line. '.repeat(20_000)}\n`);
        }
        await host.round();
        const waiting = await held();
        expect(waiting.map(({ subject }) => subject)).to.have.members(subjects);
        for (const { reason } of waiting) expect(reason).to.match(/^not (scanned, clamd|checked, rspamd) at .*127\.0\.0\.1:\d+.*: \S/);
        await troubled.close();

        const daemon = await well();
        await lead(daemon.port);
        await host.round();
        expect(await held()).to.deep.equal([]);
        const delivered = (await host.messages('andrew')).flatMap((text) => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? []);
        expect(delivered.filter((subject) => subjects.includes(subject))).to.have.members(subjects);
        const rows = (await host.run('plugins.list')) as readonly {
          readonly plugin: string;
          readonly state: string;
          readonly problems: readonly string[];
        }[];
        expect(rows.find(({ plugin }) => plugin === `sample.${sample}`)).to.deep.include({ state: 'active', problems: [] });
        await daemon.close();
      });
    }
  });
}
