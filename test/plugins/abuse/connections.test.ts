import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';
import { RawClient } from '../pop3/support/rawClient.js';
import { LineClient } from '../smtp/lineClient.js';
import { Crowd, mostFiles } from './crowd.js';

const CROWD = 10_000;
/** As many as this machine allows: beyond every limit in any case. */
const LARGEST = mostFiles() < CROWD + 1_000 ? 800 : CROWD;

describe('a crowd of connections', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let postroom: Postroom;
  let crowd: Crowd | undefined;
  afterEach(async () => {
    await crowd?.disperse();
    crowd = undefined;
    await postroom.stop();
  });

  it('P97 with 10,000 idle connections held, serves who is logged in and lets others log in, in bounded memory', async function () {
    this.timeout(120_000);
    if (mostFiles() < CROWD + 1_000) this.skip();
    const limits = { 'pop3.limits.connections': CROWD + 50, 'pop3.limits.connectionsBeforeLogin': CROWD + 10 };
    postroom = await Postroom.start({ settings: limits });
    const session = await postroom.pop3('lisa');
    const before = process.memoryUsage().rss;
    crowd = await Crowd.gather(postroom.port('pop3'), CROWD);
    expect(crowd).to.include({ open: CROWD, refused: 0 });
    expect((process.memoryUsage().rss - before) / 2 ** 20).to.be.below(400);
    expect(await session.ask('STAT')).to.equal('+OK 0 0');
    const other = await postroom.pop3('john');
    expect(await other.ask('QUIT')).to.match(/^\+OK/);
    expect(await session.ask('QUIT')).to.match(/^\+OK/);
  });

  it(`P95 P97 with the usual limits, holds 500 slow strangers of ${LARGEST.toLocaleString('en')}, lets users log in between them, and frees all at the end`, async function () {
    this.timeout(120_000);
    postroom = await Postroom.start();
    const session = await postroom.pop3('lisa');
    crowd = await Crowd.gather(postroom.port('pop3'), LARGEST, 'USER lis');
    expect(await session.ask('NOOP')).to.match(/^\+OK/);
    await (await postroom.pop3('john')).ask('QUIT');
    await crowd.disperse();
    crowd = undefined;
    expect(await session.ask('QUIT')).to.match(/^\+OK/);
  });

  it('P97 refuses the connection beyond the limit with one line where all have logged in, and takes it when another has gone', async () => {
    postroom = await Postroom.start({ settings: { 'pop3.limits.connectionsPerAddress': 1 } });
    const first = await postroom.pop3('lisa');
    const second = await RawClient.connect(postroom.port('pop3'));
    expect(await second.rest()).to.equal('-ERR [SYS/TEMP] Too many connections, try again later\r\n');
    await first.ask('QUIT');
    first.destroy();
    await until('the place is free', async () => {
      const third = await RawClient.connect(postroom.port('pop3'));
      const line = await third.line();
      third.destroy();
      return line.startsWith('+OK');
    });
  });

  it(`S44 S67 of ${LARGEST.toLocaleString('en')} slow SMTP connections holds 500, lets the oldest make room for the next, and serves users old and new`, async function () {
    this.timeout(120_000);
    postroom = await Postroom.start();
    const session = await LineClient.open(postroom.port('smtp'));
    await session.run('EHLO office.example', `AUTH PLAIN ${Buffer.from('\0lisa\0open sesame').toString('base64')}`);
    crowd = await Crowd.gather(postroom.port('smtp'), LARGEST, 'EHLO sl');
    const open = postroom.events.filter((event) => event.type === 'session' && event.protocol === 'smtp');
    const states = open.map((event) => ('state' in event && event.state === 'open' ? 1 : -1));
    let most = 0;
    states.reduce((sum, step) => {
      most = Math.max(most, sum + step);
      return sum + step;
    }, 0);
    // A connection that made room says so a turn later than the one that took its place.
    expect(most).to.be.within(490, 600);
    await session.run('MAIL FROM:<lisa@works.example>', 'RCPT TO:<john@works.example>', 'DATA');
    expect(await session.say('Subject: s\r\n\r\nx\r\n.')).to.match(/^250 /);
    expect(await postroom.submit('john', ['lisa@works.example'], 'Subject: new\r\n\r\nx')).to.match(/^250 /);
    session.close();
  });
});
