// The sample spam filter and the rspamd that it was written for.
import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';
import { GTUBE, hasRspamd, LIKELY_SPAM, Rspamd } from './rspamd.js';
import { makeWorkFolder, obstacle, type WorkFolder } from './workFolder.js';

const reason = obstacle() ?? (hasRspamd() ? undefined : 'rspamd is not installed');

(reason === undefined ? describe : describe.skip)(`the sample for rspamd${reason === undefined ? '' : ` (${reason})`}`, function () {
  this.timeout(120_000);
  let work: WorkFolder;
  let rspamd: Rspamd;
  let host: TestHost;

  before(async () => {
    work = await makeWorkFolder();
    rspamd = await Rspamd.start(work.path);
    host = await startTestHost({ plugins: [path.join(ROOT, 'sdk', 'samples', 'rspamd')] });
    await host.run('config.set', { key: 'rspamd.url', value: rspamd.url });
    await host.run('plugins.allow', { plugin: 'sample.rspamd', yes: true });
  });
  after(async () => {
    await host?.stop();
    await rspamd?.stop();
    await work?.remove();
  });

  function letter(subject: string, body: string): string {
    return `Return-Path: <a@far.example>\nFrom: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\n${body}\n`;
  }

  it('delivers what rspamd has nothing against, with its score', async () => {
    host.put(letter('The offer for Tuesday', 'Hello Andrew, here it is.'));
    await host.round();
    const [copy] = await host.messages('andrew');
    expect(copy).to.match(/^X-Spam-Score: 0\.0\r\n/m);
    expect(copy).not.to.include('X-Spam-Flag');
  });

  it('puts what rspamd rejects into quarantine', async () => {
    const { disposition, trail } = await host.sort(letter('Spam', GTUBE));
    expect(disposition).to.equal('quarantine');
    expect(trail.find(({ tap }) => tap === 'sample.rspamd/check')?.reason).to.include('rspamd: reject, 15.0 of 15.0 points');
  });

  it('marks what rspamd finds likely', async () => {
    const { disposition, trail } = await host.sort(letter('Maybe', LIKELY_SPAM));
    expect(disposition).to.equal('deliver');
    expect(trail.find(({ tap }) => tap === 'sample.rspamd/check')?.change).to.include('tag spam');
  });

  it('hands over a message of 8 MB in pieces', async () => {
    const { trail } = await host.sort(letter('Large', `${'x'.repeat(70)}\n`.repeat(115_000)));
    expect(trail.find(({ tap }) => tap === 'sample.rspamd/check')?.reason).to.include('rspamd: no action');
  });

  it('holds mail while rspamd is away, and goes on when it is back', async () => {
    await rspamd.stop();
    host.put(letter('Nobody there', 'Hello.'));
    await host.round();
    const held = (await host.run('held.list')) as readonly { readonly subject: string; readonly reason: string }[];
    expect(held.find(({ subject }) => subject === 'Nobody there')?.reason).to.match(/^not checked, rspamd at /);
    await work.remove();
    work = await makeWorkFolder();
    rspamd = await Rspamd.start(work.path);
    await host.run('config.set', { key: 'rspamd.url', value: rspamd.url });
    await host.run('plugins.allow', { plugin: 'sample.rspamd', yes: true });
    await host.run('held.retry');
    expect((await host.messages('andrew')).some((text) => text.includes('Subject: Nobody there'))).to.equal(true);
  });
});
