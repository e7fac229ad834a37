// A Postfix that takes ten recipients in one transaction, and no 8-bit text.
import { expect } from 'chai';
import { eventually } from './eventually.js';
import { program } from './program.js';
import { COMPANY } from './settings.js';
import { obstacle } from './workFolder.js';
import { World } from './world.js';

const TEXT = `From: Andrew <${COMPANY}>\nSubject: to all\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße aus dem Büro\n`;

describe('sending through a Postfix with limits', function () {
  this.timeout(240_000);
  let world: World;
  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) {
      process.stdout.write(`The peers do not take few recipients: ${reason}.\n`);
      this.skip();
    }
    world = await World.start();
    await world.postfix.configure('smtpd_recipient_limit=10', 'smtpd_discard_ehlo_keywords=8bitmime,chunking');
  });
  after(() => world?.stop());

  it('35 recipients get it in four transactions, in quoted-printable', async () => {
    const all = Array.from({ length: 35 }, (_, number) => `r${number + 1}@far.example`);
    const server = ['--server', '127.0.0.1', '--port', String(world.office.port('smtp', 'plain')), '--helo', 'desk.office.example'];
    const sent = await program('swaks', [...server, '--from', COMPANY, '--to', all.join(','), '--data', '-'], TEXT);
    expect(sent.code, sent.out.toString()).to.equal(0);
    const mails = await eventually('35 copies at Postfix', async () => {
      const arrived = (await world.postfix.arrived()).filter((mail) => mail.includes('Subject: to all\n'));
      return arrived.length === 35 ? arrived : undefined;
    });
    for (const mail of mails) {
      expect(mail)
        .to.match(/^Content-Transfer-Encoding: quoted-printable$/m)
        .and.to.include('\n\nGr=C3=BC=C3=9Fe aus dem B=C3=BCro\n');
    }
    const sizes = [...(await world.postfix.log()).matchAll(/from=<mail@company\.example>, size=\d+, nrcpt=(\d+)/g)].map(([, size]) =>
      Number(size),
    );
    expect(sizes).to.deep.equal([10, 10, 10, 5]);
    expect(await world.office.json<readonly unknown[]>('outbox', 'list')).to.deep.equal([]);
  });
});
