import { createHash, createHmac } from 'node:crypto';
import { leakCheck, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { LineClient } from './lineClient.js';

describe('the practice ISP by POP3', () => {
  const leaks = leakCheck();
  let isp: PracticeIsp;
  const clients: LineClient[] = [];

  before(() => leaks.begin());
  beforeEach(async () => {
    isp = await PracticeIsp.start({ pop3: { security: 'starttls' } });
    isp.mailbox('office').put('Subject: one\n\n.dot\nend\n', { uidl: 'first' });
    isp.mailbox('office').put('Subject: two\r\n\r\nbody', { uidl: 'second' });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await isp.stop();
  });
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  async function greeted(): Promise<LineClient> {
    const client = await LineClient.open(isp.pop3.port);
    clients.push(client);
    expect(await client.line()).to.match(/^\+OK/);
    return client;
  }

  async function loggedIn(): Promise<LineClient> {
    const client = await greeted();
    await client.ask('USER office');
    expect(await client.ask('PASS practice')).to.equal('+OK 2 messages');
    return client;
  }

  it('serves a whole session and deletes at QUIT', async () => {
    const client = await loggedIn();
    expect(await client.ask('STAT')).to.equal('+OK 2 47');
    expect(await client.askAll('LIST')).to.deep.equal(['+OK 2 messages', '1 27', '2 20', '.']);
    expect(await client.askAll('UIDL')).to.deep.equal(['+OK 2 messages', '1 first', '2 second', '.']);
    expect((await client.askAll('RETR 1')).slice(1)).to.deep.equal(['Subject: one', '', '..dot', 'end', '.']);
    expect((await client.askAll('TOP 1 1')).slice(1)).to.deep.equal(['Subject: one', '', '..dot', '.']);
    expect((await client.askAll('RETR 2')).slice(1)).to.deep.equal(['Subject: two', '', 'body', '.']);
    expect(await client.ask('DELE 1')).to.match(/^\+OK/);
    expect(await client.ask('RETR 1')).to.match(/^-ERR/);
    expect(isp.mailbox('office').messages).to.have.length(2);
    expect(await client.ask('QUIT')).to.match(/^\+OK/);
    expect(isp.mailbox('office').messages.map((message) => message.uidl)).to.deep.equal(['second']);
  });

  it('takes LOGIN, CRAM-MD5 and APOP where they are switched on, and notes no password', async () => {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const { pop3 } = isp.faults;
    Object.assign(pop3, { mechanisms: ['LOGIN', 'CRAM-MD5'], hasApop: true });
    pop3.without.add('USER');
    const login = await greeted();
    expect(await login.askAll('CAPA'))
      .to.include('SASL LOGIN CRAM-MD5')
      .and.not.include('USER');
    expect(await login.ask('USER office')).to.match(/^-ERR/);
    expect(await login.ask('AUTH PLAIN')).to.match(/^-ERR/);
    expect(await login.ask('AUTH LOGIN')).to.equal(`+ ${base64('Username:')}`);
    expect(await login.ask(base64('office'))).to.equal(`+ ${base64('Password:')}`);
    expect(await login.ask(base64('practice'))).to.match(/^\+OK/);
    for (const [password, answer] of [
      ['practice', /^\+OK/],
      ['guessed', /^-ERR \[AUTH\]/],
    ] as const) {
      const cram = await greeted();
      const challenge = Buffer.from((await cram.ask('AUTH CRAM-MD5')).slice(2), 'base64').toString();
      const digest = createHmac('md5', password).update(challenge).digest('hex');
      expect(await cram.ask(base64(`office ${digest}`))).to.match(answer);
      const client = await LineClient.open(isp.pop3.port);
      clients.push(client);
      const timestamp = /<\S+>/.exec(await client.line())?.[0] ?? '';
      expect(await client.ask(`APOP office ${createHash('md5').update(`${timestamp}${password}`).digest('hex')}`)).to.match(answer);
    }
    pop3.refused.add('APOP');
    expect(await (await greeted()).ask('APOP office 0')).to.match(/^-ERR/);
    expect(JSON.stringify(isp.log.lines))
      .to.not.include(base64('practice'))
      .and.to.not.match(/APOP office [^*]/);
    isp.faults.clear();
    expect(await (await greeted()).askAll('CAPA'))
      .to.include('SASL PLAIN')
      .and.include('USER');
  });

  it('deletes nothing when the client goes away without QUIT', async () => {
    const client = await loggedIn();
    await client.ask('DELE 1');
    client.close();
    expect(isp.mailbox('office').messages).to.have.length(2);
  });

  it('refuses a wrong password, and logs none', async () => {
    const client = await greeted();
    await client.ask('USER office');
    expect(await client.ask('PASS secret-word')).to.match(/^-ERR \[AUTH\]/);
    expect(await client.ask(`AUTH PLAIN ${Buffer.from('\0office\0practice').toString('base64')}`)).to.match(/^\+OK/);
    expect(isp.log.commands('pop3')).to.deep.equal(['USER office', 'PASS ***', 'AUTH PLAIN ***']);
    expect(JSON.stringify(isp.log.lines)).not.to.contain('secret-word');
  });

  it('takes AUTH PLAIN in two steps', async () => {
    const client = await greeted();
    expect(await client.ask('AUTH PLAIN')).to.equal('+ ');
    expect(await client.ask(Buffer.from('\0office\0practice').toString('base64'))).to.match(/^\+OK/);
    expect(isp.log.commands('pop3')).to.deep.equal(['AUTH PLAIN', '***']);
  });

  it('answers pipelined commands in order and marks them in the log', async () => {
    const client = await loggedIn();
    client.send('NOOP\r\nLIST 1\r\nUIDL 2\r\n');
    expect([await client.line(), await client.line(), await client.line()]).to.deep.equal(['+OK', '+OK 1 27', '+OK 2 second']);
    expect(isp.log.lines.some((line) => line.line === 'NOOP' && line.pipelined)).to.equal(true);
  });

  it('upgrades to TLS with STLS and forgets what was sent before', async () => {
    const client = await greeted();
    expect(await client.askAll('CAPA')).to.include('STLS');
    await client.ask('USER office');
    expect(await client.ask('STLS')).to.match(/^\+OK/);
    await client.startTls(isp.certificate.cert);
    expect(await client.askAll('CAPA')).not.to.include('STLS');
    expect(await client.ask('PASS practice')).to.match(/^-ERR/);
    await client.ask('USER office');
    expect(await client.ask('PASS practice')).to.match(/^\+OK/);
  });

  it('lacks what it is told to lack', async () => {
    isp.faults.pop3.without.add('UIDL').add('PIPELINING');
    const client = await loggedIn();
    const capabilities = await client.askAll('CAPA');
    expect(capabilities).to.include('TOP').and.not.to.include('UIDL').and.not.to.include('PIPELINING');
    expect(await client.ask('UIDL')).to.match(/^-ERR/);
    isp.faults.pop3.without.add('CAPA');
    expect(await client.ask('CAPA')).to.match(/^-ERR/);
  });

  it('cuts after so many octets of one message, once', async () => {
    isp.faults.pop3.cut({ command: 'RETR', message: 2, when: 'octets', octets: 7 });
    const client = await loggedIn();
    await client.askAll('RETR 1');
    await client.ask('RETR 2');
    expect(await client.rest()).to.equal('Subject');
    expect(await (await loggedIn()).askAll('RETR 2')).to.have.length(5);
  });

  it('cuts before the final dot and after it', async () => {
    isp.faults.pop3.cut({ command: 'RETR', when: 'dot' });
    const first = await loggedIn();
    await first.ask('RETR 2');
    expect(await first.rest()).to.equal('Subject: two\r\n\r\nbody\r\n');
    isp.faults.pop3.cut({ command: 'RETR', when: 'answered' });
    const second = await loggedIn();
    await second.askAll('RETR 2');
    expect(await second.rest()).to.equal('');
  });

  it('deletes at QUIT although the answer is cut, and not where the command is', async () => {
    isp.faults.pop3.cut({ command: 'QUIT', when: 'received' });
    const first = await loggedIn();
    await first.ask('DELE 1');
    first.send('QUIT\r\n');
    expect(await first.rest()).to.equal('');
    expect(isp.mailbox('office').messages).to.have.length(2);
    isp.faults.pop3.cut({ command: 'QUIT', when: 'done' });
    const second = await loggedIn();
    await second.ask('DELE 1');
    second.send('QUIT\r\n');
    expect(await second.rest()).to.equal('');
    expect(isp.mailbox('office').messages).to.have.length(1);
  });

  it('breaks off with a reset', async () => {
    isp.faults.pop3.break('reset', { command: 'STAT', when: 'received' });
    const client = await loggedIn();
    client.send('STAT\r\n');
    expect(await client.rest()).to.equal('');
  });

  it('stalls until it is stopped', async () => {
    isp.faults.pop3.stall({ command: 'STAT', when: 'received' });
    const client = await loggedIn();
    client.send('STAT\r\nNOOP\r\n');
    const answer = client.rest();
    const other = await loggedIn();
    expect(await other.ask('NOOP')).to.equal('+OK');
    expect(isp.pop3.open).to.equal(2);
    await isp.stop();
    expect(await answer).to.equal('');
  });

  it('answers what it is told to, for one message or for a number of times', async () => {
    isp.faults.pop3.answer('RETR', '-ERR broken', { message: 1 });
    isp.faults.pop3.answer('UIDL', '+OK\r\n1 same\r\n2 same\r\n.', { times: 1 });
    isp.faults.pop3.refuseLogin('IN-USE', 1);
    const refused = await greeted();
    await refused.ask('USER office');
    expect(await refused.ask('PASS practice')).to.match(/^-ERR \[IN-USE\]/);
    const client = await loggedIn();
    expect(await client.ask('RETR 1')).to.equal('-ERR broken');
    expect(await client.askAll('RETR 2')).to.have.length(5);
    expect(await client.askAll('UIDL')).to.deep.equal(['+OK', '1 same', '2 same', '.']);
    expect(await client.askAll('UIDL')).to.include('1 first');
  });

  it('shows wrong sizes and re-used unique ids', async () => {
    const [first, second] = isp.mailbox('office').messages;
    if (first) first.listedSize = 1_000_000;
    if (second) second.uidl = 'first';
    const client = await loggedIn();
    expect(await client.askAll('LIST')).to.include('1 1000000');
    expect(await client.askAll('UIDL')).to.include.members(['1 first', '2 first']);
  });

  it('ignores DELE, or deletes too early', async () => {
    isp.faults.pop3.deletion = 'never';
    const first = await loggedIn();
    await first.ask('DELE 1');
    await first.ask('QUIT');
    expect(isp.mailbox('office').messages).to.have.length(2);
    isp.faults.pop3.deletion = 'retr';
    const second = await loggedIn();
    await second.askAll('RETR 1');
    expect(isp.mailbox('office').messages.map((message) => message.uidl)).to.deep.equal(['second']);
  });

  it('lets pipelined commands wait for the latency together', async () => {
    const client = await loggedIn();
    isp.faults.pop3.latency = 200;
    const start = performance.now();
    client.send('NOOP\r\n'.repeat(50));
    for (let answer = 0; answer < 50; answer += 1) await client.line();
    // One after the other they would take ten seconds.
    expect(performance.now() - start).to.be.within(195, 5_000);
  });

  it('sends large messages at the pace of the reader, without a warning', async function () {
    this.timeout(120_000);
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    try {
      isp.mailbox('office').put(`Subject: large\n\n${`${'x'.repeat(76)}\n`.repeat(60_000)}`);
      const client = await greeted();
      await client.ask('USER office');
      await client.ask('PASS practice');
      for (let times = 0; times < 12; times += 1) expect(await client.askAll('RETR 3')).to.have.length(60_004);
      expect(warnings).to.deep.equal([]);
    } finally {
      process.off('warning', note);
    }
  });

  it('works again when the faults are cleared', async () => {
    isp.faults.pop3.answer('STAT', '-ERR no');
    isp.faults.pop3.cut({ command: 'LIST', when: 'received' }, 9);
    isp.faults.clear();
    const client = await loggedIn();
    expect(await client.ask('STAT')).to.match(/^\+OK/);
    expect(await client.askAll('LIST')).to.have.length(4);
  });

  it('serves POP3 inside TLS from the first octet', async () => {
    const secure = await PracticeIsp.start({ pop3: { security: 'tls' } });
    try {
      const client = await LineClient.open(secure.pop3.port);
      clients.push(client);
      await client.startTls(secure.certificate.cert);
      expect(await client.line()).to.match(/^\+OK/);
    } finally {
      await secure.stop();
    }
  });
});
