import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { RoundReason } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { REGULAR } from '../../../kit/officeSettings.js';
import { Postroom } from '../../../kit/postroom.js';
import { CollectingHost } from '../support/collectingHost.js';
import { HAS_IPV6, Names } from '../support/names.js';
import { describeReading } from '../support/readingPlaces.js';
import { until } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}\r\n`;

describeReading('POP3 client over several sessions', (place) => {
  let collecting: CollectingHost;
  beforeEach(async () => {
    collecting = await CollectingHost.start('plain', place);
  });
  afterEach(() => collecting.stop());

  it('C02 understands a greeting that comes octet by octet', async () => {
    collecting.isp.segment = 1;
    collecting.isp.put(message('one'));
    expect((await collecting.round()).stored).to.equal(1);
  });

  it('C02 waits for a greeting that comes five seconds late', async () => {
    const heard: string[] = [];
    let greet: () => void = () => undefined;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (octets) => {
        heard.push(octets.toString());
        socket.end('-ERR no\r\n');
      });
      greet = () => void socket.write('+OK ready\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    collecting.host.accountValues['pop3.port'] = (server.address() as AddressInfo).port;
    const connected = once(server, 'connection');
    const round = collecting.round();
    await connected;
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    collecting.host.clock.skip(5_000);
    expect(heard).to.deep.equal([]);
    greet();
    await until(() => heard.length > 0);
    expect(heard[0]).to.match(/^CAPA\r\n/);
    await round;
    server.close();
  });

  it('C22 knows messages by their ids in the next session, whatever their numbers are then', async () => {
    collecting.host.accountValues['pop3.leaveOnServerDays'] = -1;
    collecting.isp.put(message('old'));
    await collecting.round();
    collecting.isp.messages.unshift({ uidl: 'new', octets: Buffer.from(message('new')) });
    await collecting.round();
    expect(collecting.intake.texts).to.deep.equal([message('old'), message('new')]);
  });

  it('C32 says "stored" until QUIT is answered +OK, then "gone"', async () => {
    collecting.isp.put(message('one'));
    collecting.isp.script = (command) => (command === 'QUIT' ? '-ERR not now\r\n' : undefined);
    await collecting.round();
    expect(collecting.journal.stateOf('id1')).to.equal('stored');
    collecting.isp.script = () => undefined;
    await collecting.round();
    expect(collecting.journal.stateOf('id1')).to.equal('gone');
    expect(collecting.intake.texts).to.have.length(1);
  });

  for (const [used, unused] of [
    ['127.0.0.1', '::1'],
    ['::1', '127.0.0.1'],
  ] as const) {
    it(`C45 reaches a server at ${used} where its name has the address ${unused} first, at which nobody listens`, async function () {
      if (!HAS_IPV6) this.skip();
      const names = new Names();
      names.set('pop.isp.example', [unused, used]);
      try {
        await collecting.isp.stop();
        await collecting.isp.start(used, Number(collecting.host.accountValues['pop3.port']));
        collecting.host.accountValues['pop3.host'] = 'pop.isp.example';
        collecting.isp.put(message('one'));
        expect((await collecting.round()).failed).to.deep.equal([]);
        expect(collecting.intake.texts).to.deep.equal([message('one')]);
      } finally {
        names.forget();
      }
    });
  }

  it('C45 gives an address more than a quarter of a second before it tries the next one, at which nobody listens', async () => {
    const names = new Names();
    names.standstillMs = 400;
    names.set('pop.isp.example', ['127.0.0.1', '127.0.0.2']);
    try {
      collecting.host.accountValues['pop3.host'] = 'pop.isp.example';
      collecting.isp.put(message('one'));
      expect((await collecting.round()).failed).to.deep.equal([]);
    } finally {
      names.forget();
    }
  });

  it('C47 takes a message that is shorter than LIST says as it came: sizes are hints, and only the final dot tells the end', async () => {
    collecting.isp.put(message('short'));
    collecting.isp.script = (command) => (command === 'LIST' ? '+OK\r\n1 100000\r\n.\r\n' : undefined);
    await collecting.round();
    expect(collecting.intake.texts).to.deep.equal([message('short')]);
  });
});

describe('POP3 client in rounds of the real server', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let postroom: Postroom;
  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  it('C37 loses nothing where the ISP deletes at RETR', async () => {
    postroom.isp.faults.pop3.deletion = 'retr';
    for (const subject of ['one', 'two']) postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject }));
    await postroom.round();
    await postroom.round();
    expect(await postroom.subjects('lisa')).to.deep.equal(['one', 'two']);
    expect(postroom.isp.mailbox('post').messages).to.have.length(0);
  });

  it('C40 knows its mail again where the ISP has changed every unique id (81)', async () => {
    await postroom.editFile((text) => text.replace('"kind": "domain"', '"kind": "domain", "pop3.leaveOnServerDays": -1'));
    for (const subject of ['one', 'two']) postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject }));
    await postroom.round();
    for (const each of postroom.isp.mailbox('post').messages) each.uidl = `moved-${each.uidl}`;
    const report = await postroom.round();
    expect(report.accounts.find(({ account }) => account === 'works')).to.include({ stored: 0, duplicates: 2 });
    expect(await postroom.subjects('lisa')).to.deep.equal(['one', 'two']);
  });

  it('tells the administrator where an ISP has changed every unique id, in the Log, to the manager and in the program log, once (81)', async () => {
    await postroom.editFile((text) => text.replace('"kind": "domain"', '"kind": "domain", "pop3.leaveOnServerDays": -1'));
    for (const subject of ['one', 'two']) postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject }));
    await postroom.round();
    for (const each of postroom.isp.mailbox('post').messages) each.uidl = `moved-${each.uidl}`;
    await postroom.round();
    await postroom.round();
    const sentence = /new unique ids\. 2 message\(s\) of it were known by their content/;
    const alerts = postroom.events.filter((event) => event.type === 'problem' && event.source === 'works' && sentence.test(event.sentence));
    expect(alerts).to.have.length(1);
    const activities = await postroom.run<{ text: string }[]>('log.read', { account: 'works' });
    expect(activities.filter(({ text }) => sentence.test(text))).to.have.length(1);
    expect(postroom.log).to.match(sentence);
  });

  it('keeps the other message that an ISP gives a known id and the same size, over a lost answer to QUIT (80)', async () => {
    const post = postroom.isp.mailbox('post');
    post.put(letter({ to: 'lisa@works.example', subject: 'one', id: 'one@out.example' }), { uidl: 'again' });
    postroom.isp.faults.pop3.cut({ command: 'QUIT', when: 'received' }, 2);
    await postroom.round();
    postroom.isp.faults.pop3.clear();
    post.clear();
    post.put(letter({ to: 'lisa@works.example', subject: 'two', id: 'two@out.example' }), { uidl: 'again' });
    await postroom.round();
    await postroom.round();
    expect(await postroom.subjects('lisa')).to.deep.equal(['one', 'two']);
    expect(post.messages).to.have.length(0);
  });

  it('collects the message that gets an id and size which a listing in between did not show, where mail is left at the ISP (80)', async () => {
    await postroom.editFile((text) => text.replace('"kind": "domain"', '"kind": "domain", "pop3.leaveOnServerDays": -1'));
    const post = postroom.isp.mailbox('post');
    const tops = (): number => postroom.isp.log.commands('pop3').filter((command) => command.startsWith('TOP')).length;
    const kept = post.put(letter({ to: 'lisa@works.example', subject: 'old', id: 'old@out.example' }), { uidl: 'a' });
    post.put(letter({ to: 'lisa@works.example', subject: 'one', id: 'one@out.example' }), { uidl: 'b' });
    await postroom.round();
    post.clear();
    await postroom.round();
    post.messages.push(kept);
    post.put(letter({ to: 'lisa@works.example', subject: 'two', id: 'two@out.example' }), { uidl: 'b' });
    await postroom.round();
    await postroom.round();
    expect(await postroom.subjects('lisa')).to.deep.equal(['old', 'one', 'two']);
    expect(tops(), 'one for each that came back, none for what stays').to.equal(2);
  });

  it('C43 has one session an account at a time: who asks again joins the round that runs (84, 96)', async () => {
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example' }));
    const underway = postroom.next((event) => event.type === 'fetch' && event.account === 'works' && event.state === 'started');
    const first = postroom.round('timer');
    await underway;
    const others = await Promise.all([postroom.round('user'), postroom.round('user', ['works'])]);
    for (const other of others) expect(other).to.equal(await first);
    const logins = postroom.isp.log.commands('pop3').filter((command) => /^(?:USER|AUTH)/.test(command));
    expect(logins, 'one for each of the two accounts').to.have.length(2);
    expect(await postroom.subjects('lisa')).to.have.length(1);
  });

  it('C44 stops at a refused password for that account only, lets it rest a quarter of an hour, and asks at once where a person does (83, 85)', async () => {
    await postroom.stop();
    const clock = new VirtualClock();
    postroom = await Postroom.start({ clock });
    const post = postroom.isp.mailbox('post');
    const refusals = (): number => postroom.isp.log.answers('pop3').filter((answer) => answer.startsWith('-ERR [AUTH]')).length;
    const problem = async (reason: RoundReason): Promise<string | undefined> =>
      (await postroom.round(reason)).accounts.find(({ account }) => account === 'company')?.failed[0]?.code;
    postroom.isp.mailbox('mail').password = 'changed';
    post.put(letter({ to: 'lisa@works.example', subject: 'one' }));
    expect(await problem('timer')).to.equal('isp/login-refused');
    await clock.advance(14 * 60_000);
    post.put(letter({ to: 'lisa@works.example', subject: 'two' }));
    expect(await problem('timer')).to.equal('isp/temporary');
    expect(refusals(), 'while it rests').to.equal(1);
    expect(await postroom.subjects('lisa')).to.deep.equal(['one', 'two']);
    expect(await problem('user')).to.equal('isp/login-refused');
    expect(refusals(), 'when a person asks').to.equal(2);
    await clock.advance(24 * 3_600_000);
    expect(await problem('timer')).to.equal('isp/login-refused');
    expect(refusals(), 'a day later').to.equal(3);
  });

  it('C33 keeps the rhythm of the timer where the ISP never answers QUIT, with mail and without (154)', async () => {
    await postroom.stop();
    const clock = new VirtualClock();
    postroom = await Postroom.start({ clock });
    postroom.isp.faults.pop3.cut({ command: 'QUIT', when: 'done' }, 100);
    const logins = (): number => postroom.isp.log.commands('pop3').filter((command) => /^(?:USER|AUTH)/.test(command)).length;
    for (let minute = 1; minute <= 5; minute += 1) {
      if (minute < 3) postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject: `${minute}` }));
      const { accounts } = await postroom.round('timer');
      expect(accounts.flatMap(({ failed }) => failed)).to.deep.equal([]);
      expect(logins(), 'both accounts, each minute').to.equal(2 * minute);
      await clock.advance(60_000);
    }
    expect(await postroom.subjects('lisa')).to.deep.equal(['1', '2']);
    expect(postroom.events.filter(({ type }) => type === 'problem')).to.deep.equal([]);
  });

  it('tells everywhere of an account whose ISP refuses to list what it counts, and collects when it lists again (153)', async () => {
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject: 'one' }));
    for (const command of ['LIST', 'UIDL']) postroom.isp.faults.pop3.answer(command, '-ERR Mailbox index broken');
    const { accounts } = await postroom.round('user', ['works']);
    expect(accounts[0]?.failed.map(({ code }) => code)).to.deep.equal(['isp/temporary']);
    const told = postroom.events.flatMap((event) => (event.type === 'problem' && event.source === 'works' ? [event.sentence] : []));
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/has 1 message\(s\), and does not list them \("Mailbox index broken"\)/);
    expect(await postroom.run('pop3.test-login', { account: 'works' })).to.include({ ok: false });
    postroom.isp.faults.clear();
    await postroom.round('user', ['works']);
    expect(await postroom.subjects('lisa')).to.deep.equal(['one']);
  });

  it('C48 C49 gives each recipient of a domain account the own copy, and keeps different messages with one Message-ID', async () => {
    for (const user of ['lisa', 'john']) {
      const envelope = [`Delivered-To: ${user}@works.example`];
      postroom.isp.mailbox('post').put(letter({ to: 'all@out.example', id: 'one@out.example', subject: user, envelope }));
    }
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', id: 'one@out.example', subject: 'other', body: 'Another text.' }));
    await postroom.round();
    expect(await postroom.subjects('lisa')).to.have.members(['lisa', 'other']);
    expect(await postroom.subjects('john')).to.deep.equal(['john']);
  });

  it('C50 C52 believes the topmost Delivered-To before To, and gives what names nobody to ADMIN1', async () => {
    const post = postroom.isp.mailbox('post');
    post.put(letter({ to: 'john@works.example', subject: 'envelope', envelope: ['Delivered-To: lisa@works.example'] }));
    post.put(
      letter({
        to: 'lisa@works.example',
        subject: 'forged',
        envelope: ['Delivered-To: lisa@works.example'],
        header: ['Delivered-To: john@works.example'],
      }),
    );
    post.put(letter({ to: 'john@works.example', subject: 'to' }));
    post.put(letter({ to: 'undisclosed-recipients:;', subject: 'nobody' }));
    await postroom.round();
    expect(await postroom.subjects('lisa')).to.deep.equal(['envelope', 'forged']);
    expect(await postroom.subjects('john')).to.deep.equal(['to']);
    expect(await postroom.subjects('admin1')).to.deep.equal(['nobody']);
  });

  it('C53 reads groups and quoted local parts, and is deceived by no address in a name, a comment or an encoded word', async () => {
    const post = postroom.isp.mailbox('post');
    const real = { group: 'Team: lisa@works.example, x@out.example;', quoted: '"john"@works.example' };
    const fakes = {
      name: '"lisa@works.example" <x@out.example>',
      encoded: '=?utf-8?q?lisa=40works=2Eexample?= <x@out.example>',
      'encoded address': '=?utf-8?q?=3Clisa=40works=2Eexample=3E?= <x@out.example>',
      comment: 'x@out.example (lisa@works.example)',
      'empty group': '"lisa@works.example":;',
      'quoted local part': '"lisa@works.example"@out.example',
    };
    for (const [subject, to] of Object.entries({ ...real, ...fakes })) post.put(letter({ to, subject }));
    await postroom.round();
    expect(await postroom.subjects('lisa')).to.deep.equal(['group']);
    expect(await postroom.subjects('john')).to.deep.equal(['quoted']);
    expect(await postroom.subjects('admin1')).to.deep.equal(Object.keys(fakes));
  });

  it('C51 expands PUBLIC1 and CC once, with one copy a mailbox', async () => {
    postroom.isp.mailbox('mail').put(letter({ to: `PUBLIC1 <${REGULAR}>`, subject: 'public' }));
    postroom.isp.mailbox('mail').put(letter({ to: `Carolyn <${REGULAR}>, Greg <${REGULAR}>`, subject: 'copied' }));
    await postroom.round();
    expect(await postroom.subjects('andrew')).to.deep.equal(['public']);
    expect(await postroom.subjects('greg')).to.deep.equal(['public', 'copied']);
    expect(await postroom.subjects('carolyn')).to.deep.equal(['public', 'copied']);
  });
});
