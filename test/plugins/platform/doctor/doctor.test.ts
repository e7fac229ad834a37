// The doctor's visits: to a server that is well, to one that is not, and where none can start.
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckResult } from '@postroom/sdk';
import { expect } from 'chai';
import { standalone } from '#core/cli/standalone.js';
import { writeExchangeMark } from '#plugins/platform/store-sqlite/dist/folder/exchangeMark.js';
import { declarationOf } from '../../../kit/declaredCommands.js';
import { failureOf } from '../../../kit/failureOf.js';
import { REGULAR } from '../../../kit/officeSettings.js';
import { packFolder } from '../../../kit/packedPlugin.js';
import { Postroom } from '../../../kit/postroom.js';
import { ROOT } from '../../../kit/sourceFiles.js';
import { LineClient } from '../../smtp/lineClient.js';

describe('The doctor', () => {
  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start({ settings: { 'server.freeSpaceFloorMB': 1 } });
  });
  afterEach(() => office.stop());

  async function visit(args: Readonly<Record<string, unknown>> = {}): Promise<readonly CheckResult[]> {
    return office.run<readonly CheckResult[]>('doctor', args);
  }
  const notWell = (findings: readonly CheckResult[]): readonly string[] =>
    findings.filter(({ state }) => state !== 'well').map(({ check, text }) => `${check}: ${text}`);

  it('finds a healthy office well, its ISP logins too', async () => {
    await chmod(path.join(office.dataDir, 'secrets.json'), 0o600);
    const findings = await visit({ logins: true });
    expect(notWell(findings)).to.deep.equal([]);
    expect(findings.map(({ check }) => check)).to.include.members([
      'database',
      'durability',
      'disk',
      'clock',
      'certificate',
      'pop3 login of company',
    ]);
  });

  it('says what to do about open files, a missing password and a refused login', async () => {
    await chmod(path.join(office.dataDir, 'postroom.db'), 0o644);
    office.isp.faults.pop3.refuseLogin('AUTH');
    const sentences = notWell(await visit({ logins: true }));
    expect(sentences.some((sentence) => sentence.includes('chmod'))).to.equal(true);
    expect(sentences.some((sentence) => sentence.startsWith('pop3 login of company'))).to.equal(true);
    expect(sentences.every((sentence) => !sentence.includes('practice'))).to.equal(true);
  });

  it('asks nothing of plugins that are left out', async () => {
    await office.run('config.set', {
      key: 'plugins.disabled',
      value: '["postroom.smtp", "postroom.reply-thread", "postroom.isp-domainpop"]',
    });
    const findings = await visit({ logins: true });
    expect(findings.map(({ check }) => check)).to.include('pop3 login of company');
    expect(findings.filter(({ text }) => /not active|could not be looked at/.test(text))).to.deep.equal([]);
  });

  it('says who the users are where a mail program logs in with the name of the shared address (207)', async () => {
    const said = async (): Promise<readonly string[]> =>
      (await visit()).filter(({ check }) => check === 'logins of company').map(({ state, text }) => `${state}: ${text}`);
    expect(await said()).to.deep.equal([]);
    for (const name of ['mail', REGULAR]) {
      const refusal = await office.pop3(name).catch(String);
      expect(refusal, 'the client hears what anybody hears')
        .to.include('-ERR')
        .and.not.match(/andrew|greg|shared/);
    }
    const [sentence = '', ...more] = await said();
    expect(more).to.deep.equal([]);
    expect(sentence).to.match(/^warning: A mail program at 127\.0\.0\.1 logs in \(pop3\) .* own name, such as andrew, greg, carolyn\. /);
    expect(sentence).to.include('set the user name to theirs, for collecting and for sending; the client sheet');
    expect(office.log.split('\n').filter((line) => line.includes('the name of the shared address'))).to.have.length(1);
    expect(office.events.some((event) => event.type === 'problem' && event.sentence.includes('shared address'))).to.equal(true);

    const client = await LineClient.open(office.port('smtp'));
    await client.run('EHLO office.example');
    expect(await client.say(`AUTH PLAIN ${Buffer.from('\0mail\0secret').toString('base64')}`)).to.match(/^535/);
    client.close();
    expect((await said())[0], 'by SMTP as well').to.include('logs in (smtp)');
    expect(office.log).to.not.include('secret');
  });

  it('warns where this computer may send without a login, and names the plugins that could', async () => {
    const said = async (): Promise<readonly string[]> =>
      (await visit()).filter(({ check }) => check === 'sending').map(({ state, text }) => `${state}: ${text}`);
    expect(await said()).to.deep.equal(['well: Nobody sends without a login.']);
    const trust = (value: readonly string[]): Promise<unknown> =>
      office.run('config.set', { key: 'smtp.trustedNetworks', value: JSON.stringify(value) });
    await trust(['192.168.1.20', 'fd00::/64']);
    expect(await said()).to.deep.equal(['well: Nobody sends without a login but 192.168.1.20, fd00::/64.']);
    for (const own of ['127.0.0.1', '127.0.0.0/8', '::1', '0.0.0.0/0', '::ffff:127.0.0.1']) {
      await trust([own]);
      expect(await said(), own).to.deep.equal([
        'warning: smtp.trustedNetworks names this computer: every program on it may send as any account. Let programs log in, and take it out.',
      ]);
    }
    const plugin = await packFolder(path.join(ROOT, 'sdk', 'samples', 'subject-tagger'));
    await office.run('plugins.add', { plugin: plugin.toString('base64') });
    expect((await said())[0]).to.include('every program on it, and sample.subject-tagger, may send as any account.');
  });

  it('tells of the full disk and of held mail', async () => {
    await office.run('config.set', { key: 'server.freeSpaceFloorMB', value: '1000000' });
    await office.run('plugins.disable', { plugin: 'postroom.public1' });
    const sentences = notWell(await visit());
    expect(sentences.some((sentence) => sentence.startsWith('disk: ') && sentence.includes('MB free'))).to.equal(true);
    expect(sentences.some((sentence) => sentence.startsWith('plugin postroom.public1: ') && sentence.includes('mail is held'))).to.equal(
      true,
    );
  });

  async function visitAlone(dataDir: string): Promise<readonly CheckResult[]> {
    const alone = standalone(declarationOf('doctor'));
    if (alone === undefined) throw new Error('The doctor does not work alone.');
    const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
    return (await alone({ logins: false }, dataDir, call)) as readonly CheckResult[];
  }

  it('visits without a server where one can start: opens one, and closes it', async () => {
    await chmod(path.join(office.dataDir, 'secrets.json'), 0o600);
    const there = (await visit()).map(({ check }) => check).filter((check) => !/ port \d+$/.test(check));
    await office.close();
    for (const _time of [1, 2]) {
      const findings = await visitAlone(office.dataDir);
      expect(notWell(findings)).to.deep.equal([
        'ports: No port is open here: no server runs on this data folder, or the service is stopped. Start it: postroom serve',
      ]);
      expect(findings.map(({ check }) => check).filter((check) => check !== 'ports')).to.deep.equal(there);
    }
    await office.open();
  });

  it('visits without a server where none can start, and says why', async () => {
    await office.close();
    const database = path.join(office.dataDir, 'postroom.db');
    await writeFile(database, 'no database');
    await chmod(database, 0o644);
    await chmod(path.join(office.dataDir, 'secrets.json'), 0o600);
    const findings = await visitAlone(office.dataDir);
    expect(findings.map(({ check }) => check)).to.deep.equal(['data folder', 'file system', 'restore', 'start']);
    expect(notWell(findings).join()).to.match(/start: No server can start here: .*damaged/);
    expect(notWell(findings).join()).to.include(`Others on this machine can read ${database}. Take their rights away: chmod go-rwx.`);
  });

  it('visits without a server where boot.json is wrong', async () => {
    await office.close();
    const file = path.join(office.dataDir, 'boot.json');
    await writeFile(file, '{ "enabled": ["acme.gone"] }');
    await chmod(path.join(office.dataDir, 'secrets.json'), 0o600);
    const sentence = `${file} is wrong, and the server does not start with it. No plugin acme.gone is installed.`;
    expect(notWell(await visitAlone(office.dataDir))).to.deep.equal([
      `restore: ${sentence}`,
      `start: No server can start here: ${sentence}`,
    ]);
  });

  it('visits a folder in which a restore was cut, and makes nothing where nothing is', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'postroom-doctor-'));
    const missing = path.join(empty, 'missing');
    for (const folder of [empty, missing]) expect((await failureOf(visitAlone(folder))).code).to.equal('data/missing');
    expect(await readdir(empty)).to.deep.equal([]);
    const file = path.join(office.dataDir, 'settings.json');
    expect((await failureOf(visitAlone(file))).code, 'a file in its place').to.equal('data/missing');
    await writeExchangeMark(empty, { from: '2026-11-23T08:00:00.000Z', aside: undefined });
    expect(notWell(await visitAlone(empty))).to.deep.equal([
      `restore: The restore of the backup of 2026-11-23T08:00:00.000Z was interrupted. Run it again: postroom backup restore FOLDER --data ${empty}`,
      `start: No server can start here: A restore into ${empty} was interrupted. Run it again: postroom backup restore FOLDER --data ${empty}`,
    ]);
    await rm(empty, { recursive: true });
  });
});
