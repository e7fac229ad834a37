import path from 'node:path';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { clamd, type FakeServer, SAMPLES, type WebRequest, webServer } from './fakes.js';

function letter(subject: string, to = 'Andrew <mail@company.example>', body = 'Hello'): string {
  return `Return-Path: <a@far.example>\nFrom: a@far.example\nTo: ${to}\nSubject: ${subject}\n\n${body}\n`;
}

describe('the samples that filter and sort', () => {
  let host: TestHost;
  let rspamd: FakeServer;
  let clam: FakeServer;
  let asked: WebRequest | undefined;
  let verdict = { action: 'no action', score: 0.5, required_score: 15 };
  const sample = (name: string): string => path.join(SAMPLES, name);

  before(async () => {
    rspamd = await webServer((request) => {
      asked = request;
      return verdict;
    });
    clam = await clamd((octets) => (octets.includes('EICAR') ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK'));
    const names = ['rspamd', 'clamav', 'subject-tagger', 'plus-address'];
    host = await startTestHost({ plugins: names.map(sample) });
    await host.run('config.set', { key: 'rspamd.url', value: `http://127.0.0.1:${rspamd.port}/checkv2` });
    await host.run('config.set', { key: 'clamav.port', value: String(clam.port) });
    for (const plugin of ['sample.rspamd', 'sample.clamav']) await host.run('plugins.allow', { plugin, yes: true });
  });
  after(async () => {
    await Promise.all([rspamd.close(), clam.close()]);
    await host.stop();
  });
  beforeEach(() => {
    verdict = { action: 'no action', score: 0.5, required_score: 15 };
  });

  it('send rspamd the whole message and the sender', async () => {
    await host.sort(letter('Offer'));
    expect(asked?.headers['from']).to.equal('a@far.example');
    expect(asked?.body.toString()).to.equal(letter('Offer').replaceAll('\n', '\r\n'));
  });

  it('put into quarantine what rspamd rejects', async () => {
    verdict = { action: 'reject', score: 20, required_score: 15 };
    const { disposition, trail } = await host.sort(letter('Casino'));
    expect(disposition).to.equal('quarantine');
    expect(trail.find(({ tap }) => tap === 'sample.rspamd/check')?.reason).to.include('rspamd: reject, 20.0 of 15.0 points');
  });

  it('mark what rspamd finds likely, in the delivered copy', async () => {
    verdict = { action: 'add header', score: 8.25, required_score: 15 };
    host.put(letter('Maybe spam'));
    await host.round();
    const [copy] = await host.messages('andrew');
    expect(copy)
      .to.match(/^X-Spam-Flag: YES\r\n/m)
      .and.to.match(/^X-Spam-Score: 8\.3\r\n/m);
  });

  it('put a virus into quarantine, and pass clean mail', async () => {
    const found = await host.sort(letter('Invoice', undefined, 'EICAR'));
    expect(found.disposition).to.equal('quarantine');
    expect(found.trail.find(({ tap }) => tap === 'sample.clamav/scan')?.reason).to.include('Eicar-Test-Signature');
    expect((await host.sort(letter('Invoice'))).disposition).to.equal('deliver');
  });

  it('mark the subject of the copy, also one in other letters', async () => {
    host.put(letter('=?UTF-8?Q?Gr=C3=BC=C3=9Fe?='));
    await host.round();
    const copy = (await host.messages('andrew')).at(-1) ?? '';
    const subjects = copy.match(/^Subject: .*$/gm) ?? [];
    expect(subjects).to.have.lengthOf(1);
    expect(Buffer.from(/=\?UTF-8\?B\?(.*)\?=/.exec(subjects[0] ?? '')?.[1] ?? '', 'base64').toString()).to.equal('[extern] Grüße');
  });

  it('give a plus address to the user behind the plus', async () => {
    const { mailboxes } = await host.sort(letter('Order', 'shop+lisa@works.example'), 'works');
    expect(mailboxes).to.deep.equal(['lisa']);
  });

  it('hold mail while the administrator has not agreed to where they connect to', async () => {
    await host.run('config.set', { key: 'clamav.port', value: '1' });
    const { disposition, trail } = await host.sort(letter('Unlucky'));
    expect(disposition).to.equal('hold');
    expect(trail.map(({ reason }) => reason).join()).to.include('postroom plugins allow sample.clamav 127.0.0.1:1');
    await host.run('config.set', { key: 'clamav.port', value: String(clam.port) });
  });

  it('hold mail while a scanner does not answer, and deliver it afterwards', async () => {
    await host.run('config.set', { key: 'rspamd.url', value: 'http://127.0.0.1:1/checkv2' });
    await host.run('plugins.allow', { plugin: 'sample.rspamd', yes: true });
    const { disposition, trail } = await host.sort(letter('Unlucky'));
    expect(disposition).to.equal('hold');
    expect(trail.map(({ reason }) => reason).join()).to.not.include('plugins allow');
    await host.run('config.set', { key: 'rspamd.url', value: `http://127.0.0.1:${rspamd.port}/checkv2` });
    expect((await host.sort(letter('Unlucky'))).disposition).to.equal('deliver');
  });
});
