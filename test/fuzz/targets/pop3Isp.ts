// What an ISP's POP3 server answers: its lists read alone, and whole rounds against a server that says anything.

import { collect } from '#plugins/pop3/dist/client/collect.js';
import type { IspAccount } from '#plugins/pop3/dist/client/ispAccount.js';
import { type IspAnswer, parseAnswer, printable } from '#plugins/pop3/dist/client/ispAnswers.js';
import { ispCapabilities } from '#plugins/pop3/dist/client/ispCapabilities.js';
import { type Listing, readListing } from '#plugins/pop3/dist/client/listing.js';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { PipelineDoubts } from '#plugins/pop3/dist/client/pipelineDoubts.js';
import { ACCOUNT, TestClock } from '../../plugins/pop3/support/fakeHost.js';
import { FakeIntake, FakeJournal } from '../../plugins/pop3/support/fakeIntake.js';
import { type FuzzTarget, isOneLine, must, mustEqual } from '../target.js';
import { HostileServer, NEXT_ANSWER } from './hostileServer.js';

/** The listing of a server that answers these lines; `undefined`: it refuses the command. */
function listingOf(list: readonly string[] | undefined, uidl: readonly string[] | undefined, deletesAtOnce: boolean): Promise<Listing> {
  const answers: Readonly<Record<string, readonly string[] | undefined>> = { LIST: list, UIDL: uidl };
  const eachLine = async (command: string, take: (line: string) => void): Promise<IspAnswer> => {
    for (const line of answers[command] ?? []) take(line);
    return { ok: answers[command] !== undefined, code: '', text: '' };
  };
  return readListing({ eachLine } as never, { deletesAtOnce });
}

export const pop3Listings: FuzzTarget = {
  name: 'pop3-listings',
  group: 'isp',
  words: [
    '1 120',
    '2 340',
    '1 abc',
    '\n',
    ' ',
    '0',
    '-1',
    '1e9',
    '99999999999',
    '\0',
    'x'.repeat(80),
    '\x80',
    'SASL PLAIN',
    'LOGIN-DELAY 60',
    '+OK ',
    '-ERR [AUTH] ',
    '[SYS/TEMP]',
  ],
  longest: 48 * 1024,
  async run(input, random) {
    const lines = input.toString('latin1').split('\n');
    const cut = random.below(lines.length + 1);
    for (const deletesAtOnce of [false, true]) {
      const { messages, isComplete } = await listingOf(
        lines.slice(0, cut),
        random.below(4) === 0 ? undefined : lines.slice(cut),
        deletesAtOnce,
      );
      must(messages.length <= lines.length, 'no message comes from nowhere', [messages.length, lines.length]);
      const ids = messages.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl]));
      must(new Set(ids).size === ids.length, 'no two messages have one id', ids);
      must(
        ids.every((id) => /^[\x20-\x7e]{1,255}$/.test(id) && id.trim() === id),
        'an id is printable and bounded',
        ids,
      );
      for (const [at, { number, size }] of messages.entries()) {
        must(Number.isSafeInteger(number) && number >= 1 && number > (messages[at - 1]?.number ?? 0), 'numbers rise', [number]);
        must(Number.isSafeInteger(size) && size >= -1, 'a size is a whole number, or not known', size);
      }
      must(!isComplete || messages.length > 0 || lines.slice(0, cut).length === 0, 'what made no sense is not complete');
    }
    mustEqual(
      ispCapabilities(lines.map((line) => line.toLowerCase())),
      ispCapabilities(lines.map((line) => line.toUpperCase())),
      'tags count in any case',
    );
    const { loginDelaySeconds } = ispCapabilities(lines);
    must(loginDelaySeconds >= 0 && loginDelaySeconds <= 86_400, 'no server keeps us away for more than a day', loginDelaySeconds);
    for (const line of lines.slice(0, 50)) {
      const answer = parseAnswer(line);
      must(
        answer === undefined || (/^[\x20-\x7e]{0,200}$/.test(answer.text) && /^\S{0,40}$/.test(answer.code)),
        'an answer is fit for a sentence',
        answer,
      );
      must(/^[\x20-\x7e]{0,200}$/.test(printable(line)), 'what is shown is printable', line);
    }
  },
};

const SECRET = 'planted-secret-of-the-isp';
let server: { readonly isp: HostileServer; readonly port: number } | undefined;

export const pop3Rounds: FuzzTarget = {
  name: 'pop3-rounds',
  group: 'isp',
  words: [
    '+OK\r\n',
    '-ERR\r\n',
    '+OK\r\nPIPELINING\r\nUIDL\r\nTOP\r\n.\r\n',
    '+OK\r\n1 20\r\n2 30\r\n.\r\n',
    '+OK\r\n1 a\r\n2 b\r\n.\r\n',
    '+OK\r\nSubject: x\r\n\r\n..hi\r\n.\r\n',
    NEXT_ANSWER,
    '\r\n.\r\n',
    '\n.\r\n',
    '.',
    '+ \r\n',
    '+OK 2 50\r\n',
    '-ERR [AUTH] no\r\n',
    '-ERR [IN-USE]\r\n',
    '+OK\r\nSTLS\r\n.\r\n',
    '+OK\r\nSASL PLAIN\r\n.\r\n',
    SECRET,
  ],
  longest: 12 * 1024,
  base: 400,
  async run(input, random) {
    const isp = new HostileServer();
    server ??= { isp, port: await isp.start() };
    server.isp.play(input);
    const clock = new TestClock();
    const journal = new FakeJournal();
    const intake = new FakeIntake(journal);
    const account: IspAccount = {
      id: 'company',
      host: '127.0.0.1',
      port: server.port,
      security: random.below(4) === 0 ? 'starttls' : 'plain',
      auth: 'auto',
      user: 'mail',
      password: SECRET,
      pin: undefined,
      leaveOnServerDays: random.one([0, 0, -1, 3]),
      maxMessageBytes: 4_096,
      connectMs: 5_000,
      replyMs: 2_000,
    };
    const { signal } = new AbortController();
    const request = { account: ACCOUNT, reason: 'user' as const, intake, journal, tell: async () => undefined, progress: () => undefined };
    const report = await collect(request, { signal }, { account, clock, doubts: new PipelineDoubts(clock), known: new KnownWays() });
    must(clock.waiting <= 1, 'no timer is left but that of the last goodbye', clock.waiting);
    must(report.stored === intake.accepted.length, 'what is reported is what was stored', [report, intake.accepted.length]);
    for (const { message, code } of report.failed)
      must(isOneLine(message) && /^(?:isp|settings)\//.test(code), 'a failure is a sentence of the ISP', [code, message]);
    must(!JSON.stringify(report).includes(SECRET), 'no report shows the password', report);
    if (account.security === 'starttls')
      must(!/PASS|AUTH|USER/.test(server.isp.received), 'without TLS no password is sent', server.isp.received);
    for (const { text } of intake.accepted) must(wasSent(server.isp.sent, text), 'what is stored is what was sent, whole', text);
    for (const [uidl, { state }] of journal.known)
      must(state !== 'gone' || intake.accepted.some(({ from }) => from.uidl === uidl), 'what is gone is stored', uidl);
  },
  async close() {
    await server?.isp.stop();
    server = undefined;
  },
};

/** Whether a message of that text stands in what was sent: behind a line end, with its dots, up to a line that is one dot. */
function wasSent(sent: string, text: string): boolean {
  for (let at = sent.indexOf('\n'); at >= 0; at = sent.indexOf('\n', at + 1)) {
    const whole = `\r\n${sent.slice(at + 1)}`;
    const end = whole.indexOf('\r\n.\r\n');
    if (end < 0) return false;
    if (whole.slice(2, end + 2).replace(/(^|\r\n)\./g, '$1') === text) return true;
  }
  return false;
}
