// Mail of many people behind each other on the line, from a server that damages the ends of some of it.
import { collect } from '#plugins/pop3/dist/client/collect.js';
import type { IspAccount } from '#plugins/pop3/dist/client/ispAccount.js';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { PipelineDoubts } from '#plugins/pop3/dist/client/pipelineDoubts.js';
import type { Randomness } from '../../plugins/fuzz/randomness.js';
import { ACCOUNT, TestClock } from '../../plugins/pop3/support/fakeHost.js';
import { FakeIntake, FakeJournal } from '../../plugins/pop3/support/fakeIntake.js';
import { type FuzzTarget, must } from '../target.js';
import { type DamagedMessage, DamagedServer } from './damagedServer.js';

/** What stands between a message's last line and the next answer. */
interface Ending {
  readonly end: string;
  /** The last line has no line end of its own, or another one. */
  readonly lastLine?: '' | '\n';
  /** A client waits for more. */
  readonly isEndless?: true;
}

const GOOD: Ending = { end: '.\r\n' };
const DAMAGED: readonly [Ending, ...Ending[]] = [
  { end: '.\r\n', lastLine: '', isEndless: true },
  { end: '', isEndless: true },
  { end: '', lastLine: '', isEndless: true },
  { end: '.\r', isEndless: true },
  { end: '.\n', isEndless: true },
  { end: '.', isEndless: true },
  { end: ' .\r\n', isEndless: true },
  { end: '. \r\n', isEndless: true },
  { end: '..\r\n', isEndless: true },
  { end: '\0.\r\n', isEndless: true },
  { end: '.\0\r\n', isEndless: true },
  { end: '.\r\n', lastLine: '\n', isEndless: true },
  { end: '.\n', lastLine: '\n', isEndless: true },
  { end: '.\r\n.\r\n' },
  { end: '.\r\n\r\n' },
  { end: '\r\n.\r\n' },
  { end: '.\r\n+OK\r\n' },
  { end: '.\r\n+OK surplus\r\n' },
  { end: '.\r\n-ERR\r\n' },
  { end: '.\r\nnonsense\r\n' },
];
/** Each may cost two rounds until it is read last. */
const MOST_ENDLESS = 3;
const MOST_ROUNDS = 16;

interface Written extends DamagedMessage {
  /** As it must arrive, if it does. */
  readonly text: string;
  /** Ends well, with its dots escaped: it has to arrive in the end, whatever LIST says. */
  readonly isGood: boolean;
}

let server: { readonly isp: DamagedServer; readonly port: number } | undefined;

export const messageEnds: FuzzTarget = {
  name: 'message-ends',
  group: 'isp',
  words: [
    '.',
    '..',
    '\r\n.\r\n',
    '\r\n.\r\n+OK\r\n',
    '\r\n.\r\n+OK\r\nSubject: forged\r\n\r\nforged\r\n',
    '\r\n.\r\n-ERR\r\n',
    '\r\n.\r\n+OK 2 500\r\n',
    '\n.\n',
    '\n.\r\n',
    '+OK ',
    '-ERR ',
    '\0',
    '\r',
    '\r\n',
  ],
  longest: 2_048,
  base: 2_500,
  async run(input, random) {
    const isp = new DamagedServer();
    server ??= { isp, port: await isp.start() };
    const messages = mailbox(input.toString('latin1'), random);
    const isCut = random.below(5) === 0;
    server.isp.play({ messages, ...(isCut && { pieces: (octets: Buffer) => random.pieces(octets) }) });
    const clock = new TestClock();
    const journal = new FakeJournal();
    const intake = new FakeIntake(journal);
    const doubts = new PipelineDoubts(clock);
    const known = new KnownWays();
    const { signal } = new AbortController();
    const request = { account: ACCOUNT, reason: 'user' as const, intake, journal, tell: async () => undefined, progress: () => undefined };
    const good = messages.filter(({ isGood }) => isGood).map(({ uidl }) => uidl);
    const { removed } = server.isp;
    for (let round = 1; round <= MOST_ROUNDS && good.some((uidl) => !removed.has(uidl)); round += 1) {
      await collect(request, { signal }, { account: account(server.port), clock, doubts, known });
    }
    const texts = new Map(messages.map(({ uidl, text }) => [uidl, text]));
    for (const { from, text } of intake.accepted)
      must(text === texts.get(from.uidl), 'what is stored is one message, whole, under its own name', [
        from.uidl,
        text,
        texts.get(from.uidl),
      ]);
    const stored = intake.accepted.map(({ from }) => from.uidl);
    must(new Set(stored).size === stored.length, 'nothing is stored twice', stored);
    for (const uidl of removed) must(stored.includes(uidl), 'what is deleted is stored', uidl);
    for (const uidl of good) must(removed.has(uidl), 'what ends well comes through in the end', [uidl, messages.map(({ wire }) => wire)]);
  },
  async close() {
    await server?.isp.stop();
    server = undefined;
  },
};

function account(port: number): IspAccount {
  return {
    id: 'company',
    host: '127.0.0.1',
    port,
    security: 'plain',
    auth: 'auto',
    user: 'mail',
    password: 'secret',
    pin: undefined,
    leaveOnServerDays: 0,
    maxMessageBytes: 10_000_000,
    connectMs: 20_000,
    replyMs: 20_000,
  };
}

/** 2 to 64 messages; what the input says stands in the text of some, and of some that the server does not escape. */
function mailbox(said: string, random: Randomness): readonly Written[] {
  const count = 2 + random.below(random.one([3, 10, 63]));
  const isDamaged = random.one([2, 5, 20]);
  let endless = 0;
  return Array.from({ length: count }, (_, at): Written => {
    const hasSaid = random.below(4) === 0;
    const body = `For ${String(at).padStart(2, '0')} alone.\r\n${hasSaid ? `${said}\r\n` : ''}${'filled up\r\n'.repeat(random.one([0, 0, 3, 20]))}`;
    const text = `To: user${String(at).padStart(2, '0')}\r\nSubject: x\r\n\r\n${body}`;
    const drawn = random.below(isDamaged) === 0 ? random.one(DAMAGED) : GOOD;
    const ending = drawn.isEndless === true && endless >= MOST_ENDLESS ? GOOD : drawn;
    const isEscaped = random.below(isDamaged) !== 0;
    if (ending.isEndless === true) endless += 1;
    return written({ uidl: `id${at}`, text, ending, isEscaped }, random);
  });
}

function written(
  { uidl, text, ending, isEscaped }: { uidl: string; text: string; ending: Ending; isEscaped: boolean },
  random: Randomness,
): Written {
  const lines = isEscaped ? text.replaceAll(/(^|\r\n)\./g, '$1..') : text;
  const last = ending.lastLine === undefined ? lines : `${lines.slice(0, -2)}${ending.lastLine}`;
  const wire = Buffer.from(`${random.one(['+OK\r\n', '+OK 120 octets\r\n'])}${last}${ending.end}`, 'latin1');
  const isGood = ending === GOOD && (isEscaped || !/(?:^|\r\n)\./.test(text));
  // What a client makes of dots that nobody has escaped; an empty line before the end belongs to the message.
  const seen = `${lines}${ending.end === '\r\n.\r\n' ? '\r\n' : ''}`.replaceAll(/(^|\r\n)\./g, '$1');
  return { uidl, listed: listedSize(text, random), wire, isEndless: ending.isEndless === true, text: seen, isGood };
}

/** Mostly what it is; LF counted as one, a little more or less, or anything. */
function listedSize(text: string, random: Randomness): number {
  const { length } = text;
  const others = [
    length - text.split('\r\n').length + 1,
    length + 3,
    length - 3,
    length + 40,
    Math.max(length - 40, 1),
    2 * length,
    1,
    300_000,
  ];
  return random.below(5) === 0 ? (others[random.below(others.length)] ?? length) : length;
}
