// Mail programs that people use pick up their mail and hand in new one, each in every way that the server offers.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { corpusMessages, NO_CORPUS } from './corpus.js';
import { eventually } from './eventually.js';
import { REFUSED } from './postfix.js';
import { program, succeed } from './program.js';
import { readMailbox, type Way, withoutOurs } from './reading.js';
import { COMPANY, PASSWORD, WORKS } from './settings.js';
import { obstacle } from './workFolder.js';
import { World } from './world.js';

const WAYS: readonly Way[] = ['plain', 'starttls', 'tls'];
/** What every program carries as it is, whatever it does with its own lines on top. */
const LETTERS = [
  'From: Olga <olga@far.example>\r\nTo: Lisa <lisa@works.example>\r\nSubject: Dots\r\n\r\n.\r\n..\r\n.leading\r\nend\r\n',
  `From: Olga <olga@far.example>\r\nTo: Lisa <lisa@works.example>\r\nSubject: Long\r\n\r\n${'long '.repeat(190)}\r\n\r\n\r\n`,
  'From: Olga <olga@far.example>\r\nTo: Lisa <lisa@works.example>\r\nSubject: 8 bit\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\u00fc\u00dfe\r\n',
].map((text) => Buffer.from(text));

describe('mail programs', function () {
  this.timeout(180_000);
  let world: World;
  let certificate = '';
  /** What the mailbox of Lisa holds, as curl reads it in clear text. */
  let held: readonly Buffer[] = [];

  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) {
      process.stdout.write(`The peers do not read and send: ${reason}.\n`);
      this.skip();
    }
    world = await World.start();
    certificate = path.join(world.work.path, 'cert.pem');
    const real =
      NO_CORPUS === undefined
        ? corpusMessages(60).map(({ octets }) => Buffer.concat([Buffer.from(`Delivered-To: lisa@${WORKS}\r\n`), octets]))
        : [];
    await world.dovecot.put('post', [...LETTERS, ...real]);
    await world.office.command(['send-receive']);
    held = await readMailbox(world, 'lisa');
  });

  after(async () => {
    await world?.stop();
  });

  /** Every way into the same mailbox shows the same, but for the line ends that a program keeps on its disk. */
  const lines = (message: Buffer): string => message.toString('latin1').replaceAll('\r\n', '\n');

  describe('reading', () => {
    it('starts from a mailbox that holds the letters', () => {
      const texts = held.map((message) => withoutOurs(message).toString());
      expect(texts).to.include.members(LETTERS.map((letter) => letter.toString()));
    });

    for (const way of WAYS) {
      it(`curl reads the same messages (${way})`, async () => {
        expect(await readMailbox(world, 'lisa', way)).to.deep.equal(held);
      });

      it(`mpop reads the same messages (${way})`, async () => {
        const folder = path.join(world.work.path, `mpop-${way}`);
        for (const part of ['cur', 'new', 'tmp']) await mkdir(path.join(folder, part), { recursive: true });
        const configuration = [
          'account office',
          'host 127.0.0.1',
          `port ${world.office.port('pop3', way)}`,
          'user lisa',
          `password "${PASSWORD}"`,
          `auth ${way === 'plain' ? 'user' : 'plain'}`,
          `tls ${way === 'plain' ? 'off' : 'on'}`,
          ...(way === 'plain' ? [] : [`tls_starttls ${way === 'starttls' ? 'on' : 'off'}`, `tls_trust_file ${certificate}`]),
          'keep on',
          'received_header off',
          `uidls_file ${folder}/uidls`,
          `delivery maildir ${folder}`,
        ];
        await writeFile(`${folder}.rc`, `${configuration.join('\n')}\n`, { mode: 0o600 });
        await succeed('mpop', ['-C', `${folder}.rc`, 'office']);
        const names = await readdir(path.join(folder, 'new'));
        const read = await Promise.all(names.map((name) => readFile(path.join(folder, 'new', name), 'latin1')));
        expect(read).to.have.members(held.map(lines));
        const again = await succeed('mpop', ['-C', `${folder}.rc`, 'office']);
        expect((await readdir(path.join(folder, 'new'))).length, again.toString()).to.equal(held.length);
      });

      it(`fetchmail reads the same messages (${way})`, async () => {
        const folder = path.join(world.work.path, `fetchmail-${way}`);
        await mkdir(folder);
        const tls = { plain: "sslproto ''", starttls: 'sslproto TLS1.2+', tls: 'ssl' }[way];
        const trust = way === 'plain' ? '' : `sslcertck sslcertfile ${certificate} sslcommonname localhost`;
        const rc = `set invisible
set no bouncemail
poll 127.0.0.1 protocol POP3 port ${world.office.port('pop3', way)} auth password
  user "lisa" password "${PASSWORD}" ${tls} ${trust} keep fetchall no rewrite no dropstatus mda "cat > ${folder}/mail.$$"
`;
        await writeFile(`${folder}.rc`, rc, { mode: 0o600 });
        const quiet = [
          '--fetchmailrc',
          `${folder}.rc`,
          '--idfile',
          `${folder}.ids`,
          '--pidfile',
          `${folder}.pid`,
          '--nosyslog',
          '--silent',
        ];
        await succeed('fetchmail', quiet);
        const names = await readdir(folder);
        const read = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'latin1')));
        expect(read.length).to.equal(held.length);
        for (const letter of LETTERS) {
          const text = lines(letter);
          expect(read.filter((message) => message.endsWith(text)).length, text.slice(0, 120)).to.equal(1);
        }
      });
    }

    it('curl is refused with a wrong password', async () => {
      const url = `pop3://127.0.0.1:${world.office.port('pop3', 'plain')}/`;
      expect((await program('curl', ['-sS', '--user', 'lisa:wrong', url])).code).to.equal(67);
    });
  });

  describe('sending', () => {
    const swaks = (way: Way, ...args: readonly string[]): Promise<{ readonly code: number; readonly out: Buffer }> => {
      const tls = { plain: [], starttls: ['--tls'], tls: ['--tlsc'] }[way];
      const server = ['--server', '127.0.0.1', '--port', String(world.office.port('smtp', way)), '--helo', 'desk.office.example'];
      return program('swaks', [...server, ...tls, '--from', COMPANY, ...args]);
    };
    const login = ['--auth', 'PLAIN', '--auth-user', 'andrew', '--auth-password', PASSWORD];
    const atPostfix = (subject: string): Promise<string> =>
      eventually(`"${subject}" at Postfix`, async () =>
        (await world.postfix.arrived()).find((mail) => mail.includes(`Subject: ${subject}\n`)),
      );

    for (const way of ['starttls', 'tls'] as const) {
      it(`swaks sends outside after a login (${way}), and it arrives at Postfix`, async () => {
        const sent = await swaks(
          way,
          ...login,
          '--to',
          'olga@far.example',
          '--header',
          `Subject: swaks ${way}`,
          '--body',
          '.dot\n..two\nend',
        );
        expect(sent.code, sent.out.toString()).to.equal(0);
        expect(await atPostfix(`swaks ${way}`)).to.match(/\n\n\.dot\n\.\.two\nend\n+$/);
      });

      it(`msmtp sends outside after a login (${way}), and it arrives at Postfix`, async () => {
        const rc = path.join(world.work.path, `msmtp-${way}.rc`);
        const configuration = [
          'account office',
          'host 127.0.0.1',
          `port ${world.office.port('smtp', way)}`,
          'auth plain',
          'user andrew',
          `password "${PASSWORD}"`,
          'tls on',
          `tls_starttls ${way === 'starttls' ? 'on' : 'off'}`,
          `tls_trust_file ${certificate}`,
          `from ${COMPANY}`,
        ];
        await writeFile(rc, `${configuration.join('\n')}\n`, { mode: 0o600 });
        const text = `From: Andrew <${COMPANY}>\nTo: olga@far.example\nSubject: msmtp ${way}\n\nHello Olga.\n`;
        await succeed('msmtp', ['-C', rc, '-a', 'office', '--', 'olga@far.example'], text);
        expect(await atPostfix(`msmtp ${way}`)).to.match(/\n\nHello Olga\.\n$/);
      });
    }

    it('swaks sends without a login from an address that is written down, as printers do', async () => {
      const sent = await swaks('plain', '--to', 'olga@far.example', '--header', 'Subject: no login');
      expect(sent.code, sent.out.toString()).to.equal(0);
      await atPostfix('no login');
    });

    it('swaks is refused with a wrong password, and as somebody else', async () => {
      const wrong = await swaks(
        'starttls',
        '--auth',
        'PLAIN',
        '--auth-user',
        'andrew',
        '--auth-password',
        'wrong',
        '--to',
        'olga@far.example',
      );
      expect(wrong.code, wrong.out.toString()).to.equal(28);
      const other = await swaks('starttls', ...login, '--from', 'boss@elsewhere.example', '--to', 'olga@far.example');
      expect(other.code, other.out.toString()).to.equal(23);
    });

    it('a letter to a colleague is in the mailbox at once, and not at the ISP', async () => {
      const sent = await swaks('starttls', ...login, '--to', `john@${WORKS}`, '--header', 'Subject: inside');
      expect(sent.code, sent.out.toString()).to.equal(0);
      const texts = (await readMailbox(world, 'john')).map((message) => message.toString('latin1'));
      expect(texts.filter((text) => text.includes('Subject: inside')).length).to.equal(1);
      expect((await world.postfix.arrived()).filter((mail) => mail.includes('Subject: inside'))).to.deep.equal([]);
    });

    it('a recipient that the ISP refuses comes back to the author, who can read why', async () => {
      const sent = await swaks(
        'starttls',
        ...login,
        '--header',
        `From: Andrew <${COMPANY}>`,
        '--to',
        REFUSED,
        '--header',
        'Subject: comes back',
      );
      expect(sent.code, sent.out.toString()).to.equal(0);
      const bounce = await eventually('the bounce', async () =>
        (await readMailbox(world, 'andrew')).map((message) => message.toString('latin1')).find((text) => text.includes('comes back')),
      );
      expect(bounce).to.match(/Content-Type: multipart\/report; ?(\r\n\s)?report-type=delivery-status/i);
      expect(bounce).to.include(REFUSED).and.to.include('550 5.1.1').and.to.include('No such user here');
      expect(await world.office.json<readonly unknown[]>('outbox', 'list')).to.deep.equal([]);
    });
  });
});
