import { connect } from 'node:net';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../../kit/letter.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';
import { givenRandomness, type Randomness } from './randomness.js';

const SESSIONS = Number(process.env.POSTROOM_FUZZ_SESSIONS ?? 300);
const LINES = 40;

const POP3 = [
  'USER lisa',
  'PASS open sesame',
  'STAT',
  'LIST',
  'UIDL',
  'RETR 1',
  'RETR 2',
  'TOP 1 3',
  'DELE 1',
  'RSET',
  'NOOP',
  'CAPA',
  'AUTH PLAIN',
  'STLS',
] as const;
const SMTP = [
  'EHLO a.example',
  'HELO a',
  'MAIL FROM:<john@works.example>',
  'MAIL FROM:<john@works.example> SIZE=10 BODY=8BITMIME',
  'RCPT TO:<lisa@works.example>',
  'RCPT TO:<a@b.example> NOTIFY=NEVER',
  'DATA',
  '.',
  'Subject: x',
  '..',
  'RSET',
  'NOOP',
  'VRFY x',
  'AUTH PLAIN',
  'AUTH LOGIN',
  'BDAT 3',
  'STARTTLS',
] as const;
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '', '\0\r\n'] as const;

/** One client's octets: mostly commands, some of them bent, some noise. */
function session(random: Randomness, commands: readonly [string, ...string[]]): Buffer {
  const lines = Array.from({ length: 1 + random.below(LINES) }, () => {
    const command = Buffer.from(random.one(commands), 'latin1');
    switch (random.below(8)) {
      case 0:
        return Buffer.concat([random.octets(300), Buffer.from('\r\n')]);
      case 1: {
        const bent = Buffer.from(command);
        if (bent.length > 0) bent[random.below(bent.length)] = random.below(256);
        return Buffer.concat([bent, Buffer.from(random.one(ENDS))]);
      }
      case 2:
        return Buffer.concat([command, Buffer.from(` ${'9'.repeat(random.below(400))}${random.one(ENDS)}`)]);
      default:
        return Buffer.concat([command, Buffer.from(random.one(ENDS))]);
    }
  });
  return Buffer.concat(lines);
}

describe('random clients', function () {
  this.timeout(120_000);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let postroom: Postroom;
  beforeEach(async () => {
    postroom = await Postroom.start({ settings: { 'pop3.limits.badCommands': 1_000 } });
  });
  afterEach(() => postroom.stop());

  /** Sends the octets in random pieces and then half-closes, or drops the line; resolves when the connection is over. */
  function play(port: number, random: Randomness, octets: Buffer): Promise<string> {
    const pieces = random.pieces(octets);
    const drops = random.below(4) === 0;
    return new Promise((resolve) => {
      let said = '';
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.on('data', (text) => (said += text.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(said));
      void (async () => {
        for (const piece of pieces) {
          if (!socket.writable) return;
          await new Promise<void>((sent) => socket.write(piece, () => sent()));
        }
        if (drops) socket.destroy();
        else socket.end();
      })();
    });
  }

  async function storm(protocol: 'pop3' | 'smtp', commands: readonly [string, ...string[]], answers: RegExp): Promise<void> {
    const random = givenRandomness();
    const note = `seed ${random.seed}`;
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example' }));
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example' }));
    await postroom.round();
    const port = postroom.port(protocol);
    const warmUp = SESSIONS / 3;
    let before = 0;
    for (let done = 0; done < SESSIONS; done += 5) {
      if (done >= warmUp && before === 0) before = process.memoryUsage().rss;
      const all = await Promise.all(Array.from({ length: 5 }, () => play(port, random, session(random, commands))));
      for (const said of all) expect(said, note).to.match(answers);
    }
    expect((process.memoryUsage().rss - before) / 2 ** 20, `${note}: growth in MB`).to.be.below(100);
    expect(postroom.log, note).to.not.match(/"level":"(?:error|fatal)".*(?:TypeError|RangeError|ReferenceError|uncaught)/);
    await until('every session is over', () => {
      const events = postroom.events.filter((event) => event.type === 'session');
      const open = events.filter(({ state }) => state === 'open').length;
      return open === events.length - open;
    });
  }

  it('find no crash, no hang and no growth in the POP3 server, and see well-formed answers only', async () => {
    // Known here, john is let in whatever the storm's guesses do to the address.
    await (await postroom.pop3('john')).ask('QUIT');
    await storm('pop3', [...POP3] as [string, ...string[]], /^(?:\+OK|$)/);
    expect(await (await postroom.pop3('john')).ask('STAT')).to.equal('+OK 0 0');
  });

  it('find no crash, no hang and no growth in the SMTP server, and see well-formed answers only', async () => {
    await storm('smtp', [...SMTP] as [string, ...string[]], /^(?:\d{3}[ -][^\r\n]*\r\n)*$/);
    expect(await postroom.submit('lisa', ['john@works.example'], 'Subject: after\r\n\r\nx')).to.match(/^250 /);
  });
});
