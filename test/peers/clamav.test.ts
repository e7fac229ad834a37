// The sample virus scanner and the clamd that it was written for.
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';
import { Clamd, hasClamd, VIRUS } from './clamd.js';
import { makeWorkFolder, obstacle, type WorkFolder } from './workFolder.js';

const reason = obstacle() ?? (hasClamd() ? undefined : 'clamd is not installed');

(reason === undefined ? describe : describe.skip)(`the sample for clamd${reason === undefined ? '' : ` (${reason})`}`, function () {
  this.timeout(120_000);
  let work: WorkFolder;
  let clamd: Clamd;
  let host: TestHost;

  before(async () => {
    work = await makeWorkFolder();
    clamd = await Clamd.start(work.path);
    host = await startTestHost({ plugins: [path.join(ROOT, 'sdk', 'samples', 'clamav')], settings: { 'clamav.timeoutSeconds': 2 } });
    await host.run('config.set', { key: 'clamav.port', value: String(clamd.port) });
    await host.run('plugins.allow', { plugin: 'sample.clamav', yes: true });
  });
  after(async () => {
    await host?.stop();
    await clamd?.stop();
    await work?.remove();
  });

  const put = (subject: string, body: string): void =>
    host.put(`From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\n${body}\n`);
  const aside = async (): Promise<Readonly<Record<string, string>>> => {
    const rows = (await host.run('held.list')) as readonly {
      readonly subject: string;
      readonly disposition: string;
      readonly reason: string;
    }[];
    return Object.fromEntries(rows.map(({ subject, disposition, reason: why }) => [subject, `${disposition}: ${why}`]));
  };
  const delivered = async (): Promise<readonly string[]> =>
    (await host.messages('andrew')).flatMap((text) => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? []);

  it('delivers clean mail, and puts a virus into quarantine', async () => {
    put('Clean', 'Hello.');
    put('Virus', `Here it is: ${VIRUS}`);
    await host.round();
    expect(await delivered()).to.deep.equal(['Clean']);
    expect(await aside())
      .to.have.property('Virus')
      .that.matches(/^quarantine: .*ClamAV found Postroom\.Test/);
  });

  it('holds a message that is beyond the limit of clamd', async () => {
    put('Large', `${'x'.repeat(70)}\n`.repeat(60_000));
    await host.round();
    expect(await aside())
      .to.have.property('Large')
      // clamd answers and hangs up at once; a system that is told of the end first has nothing left to read.
      .that.matches(/^hold: .*(INSTREAM size limit exceeded|larger than its StreamMaxLength)/);
  });

  for (const [trouble, breaks, mends] of [
    ['is away', () => clamd.stop(), () => clamd.begin()],
    ['hangs', async () => clamd.halt(), async () => clamd.goOn()],
  ] as const) {
    it(`holds all mail while clamd ${trouble}, viruses above all, and lets what is clean go when it is back`, async () => {
      await breaks();
      const subjects = ['one', 'two', 'three', 'four'].map((each) => `While it ${trouble}, ${each}`);
      for (const subject of subjects) put(subject, 'Hello.');
      put(`Virus while it ${trouble}`, VIRUS);
      await host.round();
      const held = await aside();
      for (const subject of [...subjects, `Virus while it ${trouble}`])
        expect(held[subject], subject).to.match(/^hold: not scanned, clamd at 127\.0\.0\.1:/);
      await mends();
      await host.round();
      expect(await delivered()).to.include.members(subjects);
      expect(await aside())
        .to.have.property(`Virus while it ${trouble}`)
        .that.matches(/^quarantine/);
    });
  }
});
