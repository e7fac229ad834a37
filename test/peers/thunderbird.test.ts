// Thunderbird as people have it: its own account, its own idea of Bcc, of receipts and of certificates.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { freePorts } from './daemon.js';
import { eventually } from './eventually.js';
import { readMailbox } from './reading.js';
import { COMPANY, PASSWORD } from './settings.js';
import { Thunderbird } from './thunderbird.js';
import { obstacle } from './workFolder.js';
import { World } from './world.js';

const SERVER = 'mail.office.lan';
/** SEC_ERROR_UNKNOWN_ISSUER, as the program's network library has it. */
const UNKNOWN_ISSUER = '805a1ff3';

const QUESTION = [
  `To: andrew <${COMPANY}>`,
  'From: Olga <olga@far.example>',
  'Return-Path: <olga@far.example>',
  'Disposition-Notification-To: Olga <olga@far.example>',
  'Message-ID: <question@far.example>',
  'Subject: Question',
  '',
  'How are you?',
  '',
].join('\r\n');

describe('Thunderbird', function () {
  this.timeout(180_000);
  let world: World;
  let thunderbird: Thunderbird | undefined;

  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) {
      process.stdout.write(`Thunderbird does not read and send: ${reason}.\n`);
      this.skip();
    }
    const [pop3 = 0, smtp = 0, plain = 0] = await freePorts(3);
    const port = (number: number, security: string): object => ({ host: '127.0.0.1', port: number, security });
    world = await World.start((settings) => {
      delete settings['tls.certificateFile'];
      delete settings['tls.keyFile'];
      settings['tls.names'] = [SERVER];
      // The same after a restart.
      settings['pop3.listen'] = [port(pop3, 'starttls'), port(plain, 'plain')];
      settings['smtp.listen'] = [port(smtp, 'starttls')];
    });
    thunderbird = await Thunderbird.start(path.join(world.work.path, 'thunderbird'), {
      user: 'andrew',
      password: PASSWORD,
      name: 'andrew',
      address: COMPANY,
      host: SERVER,
      pop3,
      smtp,
    });
  });
  after(async () => {
    await thunderbird?.stop();
    await world?.stop();
  });

  const person = (): Thunderbird => thunderbird as Thunderbird;
  const atTheIsp = (what: string, fits: (mail: string) => boolean): Promise<string> =>
    eventually(what, async () => (await world.postfix.arrived()).find(fits));
  const shownCertificate = async (): Promise<string> => (await world.office.json<{ sha256: string }>('certificate', 'show')).sha256;

  it('refuses a certificate whose authority it does not know, and asks nothing once it is imported', async () => {
    expect(await person().collect()).to.equal(UNKNOWN_ISSUER);
    await person().trust(await world.office.command(['certificate', 'authority']));
    expect(await person().collect()).to.equal('');
  });

  it('collects', async () => {
    await world.dovecot.put('mail', [Buffer.from(QUESTION)]);
    await world.office.command(['send-receive', 'company']);
    expect(await person().collect()).to.equal('');
    expect(await person().subjects()).to.deep.equal(['Question']);
  });

  it('sends, and answers in the same thread', async () => {
    expect(await person().send({ to: 'olga@far.example', subject: 'Greetings', body: 'Hello.' })).to.equal('');
    expect(await atTheIsp('the letter', (mail) => /^Subject: Greetings$/m.test(mail))).to.match(/^From: andrew <mail@company\.example>$/m);
    expect(await person().reply('Question')).to.equal('');
    expect(await atTheIsp('the answer', (mail) => /^Subject: Re: Question$/m.test(mail))).to.match(
      /^In-Reply-To: <question@far\.example>$/m,
    );
  });

  it('reaches a colleague by Bcc at the address that the sheet names, and nobody sees it', async () => {
    const letter = { to: `greg <${COMPANY}>`, bcc: 'mail+carolyn@company.example', subject: 'Inside', body: 'Hello.' };
    expect(await person().send(letter)).to.equal('');
    for (const user of ['greg', 'carolyn']) {
      const found = (await readMailbox(world, user)).map(String).filter((mail) => mail.includes('Subject: Inside'));
      expect(found, user).to.have.length(1);
      if (user === 'greg') expect(found[0]).to.not.match(/carolyn/i);
    }
  });

  it('confirms that a letter was read, and its author learns nothing of the house', async () => {
    await person().confirmReading('Question');
    const receipt = await atTheIsp('the receipt', (mail) => /disposition-notification/i.test(mail));
    expect(receipt).to.match(/^Original-Message-ID: <question@far\.example>$/m);
    // It carries the whole header of what was read.
    expect(receipt).to.include('Disposition-Notification-To: Olga');
    expect(receipt).to.not.match(/X-Postroom|account company|for <andrew|by name/i);
  });

  for (const [what, change] of [
    [
      'the server gets another name',
      async () => {
        await world.office.command(['config', 'set', 'server.name', 'new.office.example']);
        await world.office.command(['config', 'confirm']);
      },
    ],
    [
      'the certificate is renewed',
      async () => {
        await world.office.stop();
        const folder = path.join(world.office.dataDir, 'tls');
        expect(await readdir(folder)).to.include('certificate.pem');
        await rm(path.join(folder, 'certificate.pem'));
        await world.office.start();
      },
    ],
  ] as const) {
    it(`collects and sends on without a question when ${what}`, async () => {
      const before = await shownCertificate();
      await change();
      await eventually('another certificate is shown', async () => ((await shownCertificate()) === before ? undefined : true));
      expect(await person().collect()).to.equal('');
      expect(await person().send({ to: 'olga@far.example', subject: `After: ${what}`, body: 'Hello.' })).to.equal('');
      await atTheIsp('the letter', (mail) => mail.includes(`Subject: After: ${what}`));
    });
  }
});
