// What an ISP's SMTP server answers: replies read alone, and whole messages handed to a server that says anything.
import type { DestinationReceipt } from '@postroom/sdk';
import { readExtensions } from '#plugins/smtp/dist/relay/extensions.js';
import { KnownMechanisms } from '#plugins/smtp/dist/relay/login/knownMechanisms.js';
import { Relay, type RelayServices } from '#plugins/smtp/dist/relay/relay.js';
import { judge, judgeSilence, judgeSuccess, oneLine } from '#plugins/smtp/dist/relay/replies.js';
import { SessionKeeper } from '#plugins/smtp/dist/relay/sessionKeeper.js';
import { TestClock } from '../../plugins/pop3/support/fakeHost.js';
import { COMPANY } from '../../plugins/smtp/fakeHost.js';
import { type FuzzTarget, must } from '../target.js';
import { HostileServer, NEXT_ANSWER } from './hostileServer.js';

const CODES = ['EENVELOPE', 'EMESSAGE', 'EAUTH', 'ETLS', 'ESOCKET', 'ECONFIG', 'EPROTOCOL', 'ESTREAM', undefined] as const;
const CLASS = { delivered: '2', deferred: '4', failed: '5' } as const;

function wellFormed({ outcome, status, text }: Omit<DestinationReceipt, 'recipient'>): void {
  must(/^[245]\.\d{1,3}\.\d{1,3}$/.test(status) && status.startsWith(CLASS[outcome]), 'a status is one of the outcome', [outcome, status]);
  must(!/[\p{Cc}\u2028\u2029\u202e]/u.test(text) && text.length <= 700, 'a text is one line, and no more than one is shown', text);
}

export const smtpReplies: FuzzTarget = {
  name: 'smtp-replies',
  group: 'isp',
  words: [
    '250 2.0.0 Ok',
    '250-',
    '550 5.1.1 ',
    '421 ',
    '354 ',
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\x1b[31m',
    '5.999.999',
    '9.9.9',
    'SIZE 0',
    'SIZE=100',
    'STARTTLS',
    'AUTH PLAIN',
    '\u202e',
    '552 ',
  ],
  longest: 32 * 1024,
  run(input, random) {
    const response = input.toString('utf8');
    const responseCode = random.one([undefined, 250, 354, 421, 450, 550, 552, 554, 530, 535, 199, 999] as const);
    const failure = {
      message: response,
      code: random.one(CODES),
      response: random.below(3) === 0 ? undefined : response,
      responseCode,
      command: random.one(['RCPT TO', 'MAIL FROM', 'DATA', 'STARTTLS', undefined] as const),
    };
    const verdict = judge(failure);
    wellFormed(verdict);
    must((verdict.outcome as string) !== 'delivered', 'no failure counts as delivered', verdict);
    must(
      verdict.outcome !== 'failed' || (responseCode !== undefined && responseCode >= 500 && responseCode < 600),
      'only 5xx is for good',
      [verdict, responseCode],
    );
    must(verdict.outcome !== 'failed' || verdict.configuration !== true, 'what we set up wrong is not for good');
    wellFormed(judgeSilence(failure));
    wellFormed(judgeSuccess(response));
    must(oneLine(response).length <= 500, 'a line is bounded');
    const { names, maxSize } = readExtensions(response);
    must(maxSize === undefined || maxSize > 0, 'a limit is one', maxSize);
    must(
      [...names].every((name) => name === name.toUpperCase() && /^\S+$/.test(name)),
      'a keyword is a word',
      [...names],
    );
  },
};

const SECRET = 'planted-secret-of-the-isp';
const TEXT = ['Subject: x', '', 'hello'];
const RECIPIENTS = ['one@far.example', 'two@far.example'];
let world:
  | {
      readonly isp: HostileServer;
      readonly relay: Relay;
      readonly keeper: SessionKeeper;
      readonly set: (key: string, value: unknown) => void;
    }
  | undefined;

async function open(): Promise<NonNullable<typeof world>> {
  const isp = new HostileServer();
  const values = new Map<string, unknown>([
    ['server.name', 'office.example'],
    ['smtp.host', '127.0.0.1'],
    ['smtp.port', await isp.start()],
    ['smtp.tls.pin', ''],
    ['smtp.auth', 'auto'],
    ['smtp.user', 'mail'],
    ['smtp.timeouts.replySeconds', 5],
  ]);
  const get = (key: string): never => values.get(key) as never;
  const settings = {
    get,
    forAccount: (_account: string, key: string) => get(key),
    forUser: get,
    onDidChange: () => ({ dispose: () => undefined }),
  };
  const quiet = (): void => undefined;
  const services = { settings, secrets: { get: async () => SECRET }, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } };
  const keeper = new SessionKeeper(new TestClock(), new KnownMechanisms());
  return { isp, keeper, relay: new Relay(services as unknown as RelayServices, keeper), set: (key, value) => void values.set(key, value) };
}

export const smtpRelay: FuzzTarget = {
  name: 'smtp-relay',
  group: 'isp',
  words: [
    '220 isp\r\n',
    '250-isp\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n',
    '250 ok\r\n',
    '235 in\r\n',
    '354 go\r\n',
    '250 2.0.0 queued\r\n',
    '550 5.1.1 no\r\n',
    '421 4.3.2 bye\r\n',
    '334 \r\n',
    NEXT_ANSWER,
    '\r\n',
    '\n',
    '2',
    '250-',
    '220 go\r\n250 injected\r\n',
    SECRET,
  ],
  longest: 8 * 1024,
  base: 400,
  async run(input, random) {
    world ??= await open();
    const { isp, relay, set } = world;
    const isStartTls = random.below(4) === 0;
    set('smtp.security', isStartTls ? 'starttls' : 'plain');
    isp.play(input, (line) => TEXT.includes(line));
    const to = {
      kind: 'relay' as const,
      account: COMPANY,
      recipients: RECIPIENTS.map((address) => ({ address })),
      from: 'mail@company.com',
      size: 30,
      content: async function* () {
        yield Buffer.from(`${TEXT.join('\r\n')}\r\n`);
      },
    };
    const receipts = (await relay.deliver({ mail: undefined as never, to }, { signal: new AbortController().signal })) ?? [];
    must(
      receipts.length === RECIPIENTS.length && RECIPIENTS.every((each) => receipts.some(({ recipient }) => recipient === each)),
      'each recipient has one receipt',
      receipts,
    );
    for (const receipt of receipts) wellFormed(receipt);
    must(!JSON.stringify(receipts).includes(SECRET), 'no receipt shows the password', receipts);
    // What was handed to the system is there a few turns later.
    for (let turn = 0; turn < 50 && !isp.received.includes('\r\n.\r\n'); turn += 1) await new Promise<void>((next) => setImmediate(next));
    const dotSent = isp.received.includes('\r\n.\r\n');
    must(dotSent || receipts.every(({ outcome }) => outcome !== 'delivered'), 'nothing is delivered that was not sent whole', [
      receipts,
      isp.received,
    ]);
    must(
      !receipts.some(({ outcome }) => outcome === 'delivered') || /^2\d\d/m.test(isp.sent),
      'nothing is delivered that nobody took',
      receipts,
    );
    must(!dotSent || /^3\d\d/m.test(isp.sent), 'no text is sent that was not asked for', [isp.sent, isp.received]);
    if (isStartTls) must(!/^(?:AUTH|MAIL)/m.test(isp.received), 'without TLS nothing is sent', isp.received);
  },
  async close() {
    world?.keeper.dispose();
    await world?.isp.stop();
    world = undefined;
  },
};
