// Changes of ports and TLS on a running server: kept when they are confirmed within a minute, taken back otherwise.
import '#core/base/injection.js';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SettingsService } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { VictimProcess } from '../../../faults/victimProcess.js';
import { Postroom } from '../../../kit/postroom.js';
import { until } from '../../../kit/until.js';

const TRIED = [{ host: '127.0.0.1', port: 0, security: 'starttls' }];
const SAFE = [{ host: '127.0.0.1', port: 0, security: 'plain' }];

describe('a change of how the server is reached', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = new VirtualClock();
    office = await Postroom.start({ clock });
  });
  afterEach(() => office.stop());

  const listen = (): unknown => office.service(SettingsService).get('pop3.listen');
  const security = (): unknown => (listen() as readonly { security: string }[])[0]?.security;
  const change = (): Promise<{ confirm?: string }> => office.run('config.set', { key: 'pop3.listen', value: JSON.stringify(TRIED) });

  it('goes back after 60 s without a confirmation, and other changes of that minute stay', async () => {
    const answer = await change();
    expect(answer.confirm).to.match(/^pop3\.listen .*within 60 s.*postroom config confirm$/);
    expect((await office.run<{ unconfirmed: object }>('status')).unconfirmed).to.deep.include({ keys: ['pop3.listen'] });
    await office.run('config.set', { key: 'log.keepDays', value: '7' });
    await clock.advance(59_999);
    expect(security()).to.equal('starttls');
    await clock.advance(1);
    await until('the former port is back', () => security() === 'plain');
    expect(office.service(SettingsService).get('log.keepDays')).to.equal(7);
    await until('it is said', () => office.events.some((event) => event.type === 'problem' && /Nobody confirmed/.test(event.sentence)));
    const [latest] = await office.run<readonly { author: string }[]>('config.history');
    expect(latest?.author).to.equal('postroom, not confirmed');
  });

  it('says what mail programs will notice before it is kept, where they will', async () => {
    const certificate = (): Promise<{ sha256: string }> => office.run('certificate.show');
    const { sha256 } = await certificate();
    const answer = await office.run<{ confirm?: string }>('config.set', { key: 'server.name', value: 'mail.office.lan' });
    expect(answer.confirm).to.match(/^Once it is kept, mail programs are shown a new certificate\. .*authority.* config confirm$/);
    expect((await office.run<{ unconfirmed: { consequences: readonly string[] } }>('status')).unconfirmed.consequences).to.have.length(1);
    expect((await certificate()).sha256).to.equal(sha256);
    await office.run('config.confirm');
    await until('the new one is shown', async () => (await certificate()).sha256 !== sha256);
  });

  it('stays when it is confirmed', async () => {
    await change();
    expect(await office.run('config.confirm')).to.deep.equal({ confirmed: ['pop3.listen'] });
    await clock.advance(120_000);
    await office.service(SettingsService).reload();
    expect(security()).to.equal('starttls');
    expect(await office.run('config.confirm')).to.equal('Nothing waits to be confirmed.');
  });

  it('goes back to what was before the first of several', async () => {
    await change();
    await clock.advance(30_000);
    await office.run('config.set', { key: 'pop3.listen', value: JSON.stringify([...TRIED, ...TRIED]) });
    await clock.advance(60_000);
    await until('the former port is back', () => security() === 'plain');
    expect(listen()).to.deep.equal(SAFE);
  });

  it('takes a key out again that was not in the file', async () => {
    await office.run('config.set', { key: 'tls.names', value: '["post.office.example"]' });
    await clock.advance(60_000);
    await until('the names are gone', () => office.service(SettingsService).get<readonly string[]>('tls.names').length === 0);
    expect(office.service(SettingsService).text).to.not.include('tls.names');
  });

  it('needs no confirmation in an editor: who reaches the file can mend it', async () => {
    await office.editFile((text) => text.replace(/("pop3\.listen": \[[^\]]*"security": )"plain"/, '$1"starttls"'));
    expect(security()).to.equal('starttls');
    expect((await office.run<{ unconfirmed?: object }>('status')).unconfirmed).to.equal(undefined);
  });

  it('needs none where it changes something else', async () => {
    expect(await office.run('config.set', { key: 'timer.everyMinutes', value: '9' })).to.not.have.property('confirm');
    // Opens the ports anew, and locks nobody out.
    expect(await office.run('config.set', { key: 'smtp.maxMessageBytes', value: '1000000' })).to.not.have.property('confirm');
  });

  it('goes back when the server ends before', async () => {
    await change();
    await office.close();
    await office.open();
    expect(security()).to.equal('plain');
  });

  it('is refused where it could not be stored that it is on trial', async () => {
    office.service(SettingsService).onWillChange(() => Promise.reject(new Error('the disk is full')));
    const failure = await change().catch((error: unknown) => error);
    expect((failure as Error).message).to.match(/could not be written \(the disk is full\)\. The former settings stay in force/);
    expect(security()).to.equal('plain');
  });

  it('is looked at before the certificates are', async () => {
    const order = await office.run<readonly { plugin: string }[]>('plugins.order', { services: true });
    const place = (plugin: string): number => order.findIndex((each) => each.plugin === plugin);
    expect(place('postroom.trial-period')).to.be.within(0, place('postroom.certificates') - 1);
  });

  it('counts at once where the trial period is switched off, and the rest of the server goes on', async () => {
    const ports = (): readonly string[] => office.service(Ports).ports.map(({ protocol }) => protocol);
    const before = ports();
    await office.run('plugins.disable', { plugin: 'postroom.trial-period' });
    expect(ports()).to.deep.equal(before);
    expect(await change()).to.not.have.property('confirm');
    expect(await office.run('status')).to.not.have.property('unconfirmed');
    await clock.advance(120_000);
    await office.service(SettingsService).reload();
    expect(security()).to.equal('starttls');
    const failure = await office.run('config.confirm').catch((error: unknown) => error);
    expect((failure as Error).message).to.include('postroom plugins enable postroom.trial-period');
  });

  describe('and the server is killed', () => {
    let victim: VictimProcess;
    beforeEach(async () => {
      await office.close();
      victim = VictimProcess.spawn();
      await victim.open(office.dataDir);
      await victim.run('config.set', { key: 'pop3.listen', value: JSON.stringify(TRIED) });
      await victim.run('config.set', { key: 'tls.names', value: '["post.office.example"]' });
      await victim.run('config.set', { key: 'log.keepDays', value: '7' });
    });
    afterEach(() => victim.kill());

    it('goes back at the next start, with a line in the log; other changes stay', async () => {
      await victim.kill();
      await office.open();
      expect(security()).to.equal('plain');
      expect(office.service(SettingsService).get('log.keepDays')).to.equal(7);
      expect(office.service(SettingsService).text).to.not.include('tls.names');
      expect(office.log).to.include(
        'The server ended before anybody confirmed the change of pop3.listen, tls.names: the former values are in force',
      );
      expect(office.service(Ports).ports.find(({ protocol }) => protocol === 'pop3')?.security).to.equal('plain');
      await office.close();
      office.log = '';
      await office.open();
      expect(office.log, 'once').to.not.include('confirmed');
    });

    it('stays where it was confirmed before', async () => {
      await victim.run('config.confirm');
      await victim.kill();
      await office.open();
      expect(security()).to.equal('starttls');
      expect(office.service(SettingsService).text).to.include('tls.names');
    });

    it('leaves alone what was mended in an editor meanwhile', async () => {
      await victim.kill();
      const file = path.join(office.dataDir, 'settings.json');
      const mended = [{ host: '127.0.0.1', port: 0, security: 'tls' }];
      const settings = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...settings, 'pop3.listen': mended }));
      await office.open();
      expect(listen()).to.deep.equal(mended);
      expect(office.service(SettingsService).text).to.not.include('tls.names');
    });
  });
});
