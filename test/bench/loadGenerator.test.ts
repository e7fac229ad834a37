// The load generator trusts no server: what is not as the protocol says ends it with what it saw.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { isInstalled } from './installed.js';
import { type Load, LoadGenerator } from './load/loadGenerator.js';

/** Answers of a server: to its connection, and to each command by its first word. */
interface Script {
  readonly greeting: string;
  readonly answer: (word: string, rest: string) => string;
  /** Whether lines are a message now, up to its dot. */
  readonly isData?: (word: string) => boolean;
}

const MESSAGES = ['Subject: One\r\n\r\n..dot\r\n.\r\n', 'Subject: Two\r\n\r\nText\r\n.\r\n'];
/** Of each: a dot that is doubled on the line counts once. */
const OCTETS = 22;
const MAILBOX: Readonly<Record<string, string>> = {
  USER: '+OK',
  PASS: '+OK',
  STAT: `+OK 2 ${2 * OCTETS}`,
  UIDL: '+OK\r\n1 a\r\n2 b\r\n.',
  QUIT: '+OK',
};

/** A POP3 server with two messages, some of whose answers are others. */
function pop3With(other: Readonly<Record<string, string>> = {}): Script {
  const retr = (number: string): string => `+OK ${OCTETS} octets\r\n${MESSAGES[Number(number) - 1]?.slice(0, -2)}`;
  return { greeting: '+OK', answer: (word, rest) => other[`${word} ${rest}`] ?? other[word] ?? MAILBOX[word] ?? retr(rest) };
}

function smtpWith(other: Readonly<Record<string, string>> = {}, taken: string[] = []): Script {
  const usual: Readonly<Record<string, string>> = { EHLO: '250-there\r\n250 SIZE', DATA: '354 go on', QUIT: '221 bye' };
  return {
    greeting: '220 there',
    answer: (word, rest) => {
      if (word === 'Message-Id:') taken.push(rest);
      return other[word] ?? usual[word] ?? '250 yes';
    },
    isData: (word) => word === 'DATA',
  };
}

describe('the load generator', () => {
  let folder: string;
  let load: LoadGenerator;
  before(async function () {
    // The bench says so too: its rows are not measured then.
    if (!isInstalled('cc')) this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-load-'));
    load = new LoadGenerator(folder);
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const pop3 = (script: Script, window = 1): Promise<Load> =>
    serving(script, (port) => load.pop3({ port, clients: 2, sessions: 3, user: 'user*', password: 'x', window, expected: 2 }));
  const smtp = (script: Script): Promise<Load> =>
    serving(script, (port) => load.smtp({ port, clients: 3, messages: 10, octets: 4096, from: 'a@works.example', to: 'b@works.example' }));

  it('reads mailboxes one message at a time and pipelined, and counts what it read', async () => {
    for (const window of [1, 1_000]) {
      const { messages, octets, wall, cpu } = await pop3(pop3With(), window);
      expect({ messages, octets }).to.deep.equal({ messages: 12, octets: 6 * 44 });
      expect(wall).to.be.above(0);
      expect(cpu).to.be.above(0);
    }
  });

  for (const [what, other, sentence] of [
    ['a refused command', { PASS: '-ERR no' }, 'PASS of client'],
    ['a missing message', { STAT: '+OK 1 22' }, 'the mailbox shows 1 messages of 2'],
    ['a listing that is too short', { UIDL: '+OK\r\n1 a\r\n.' }, 'UIDL lists 1 messages of 2'],
    [
      'fewer octets than announced',
      { 'RETR 2': '+OK 22 octets\r\nSubject: Two\r\n\r\nTex\r\n.' },
      'message 2 has 21 octets and was announced with 22',
    ],
    ['other octets than STAT says', { 'RETR 2': '+OK\r\nSubject: Two\r\n\r\nTex\r\n.' }, 'read 43 octets where STAT says 44'],
    ['an empty message', { 'RETR 1': '+OK\r\n.' }, 'message 1 is empty'],
  ] as const)
    it(`ends at ${what} by POP3`, async () => {
      expect(await failureOf(pop3(pop3With(other)))).to.contain(sentence);
    });

  it('sends each message in a dialogue, with a Message-Id of its own', async () => {
    const taken: string[] = [];
    const { messages, octets } = await smtp(smtpWith({}, taken));
    expect({ messages, octets, different: new Set(taken).size }).to.deep.equal({ messages: 10, octets: 10 * 4096, different: 10 });
  });

  it('ends at a refused message by SMTP', async () => {
    expect(await failureOf(smtp(smtpWith({ '.': '451 later' })))).to.contain('a message was answered 451 later');
    expect(await failureOf(smtp(smtpWith({ RCPT: '550 nobody' })))).to.contain('RCPT was answered 550 nobody');
  });

  it('ends where the server closes the connection', async () => {
    expect(await failureOf(pop3({ ...pop3With(), answer: () => '' }))).to.contain('closed the connection');
  });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => '',
    (error: unknown) => String(error),
  );
}

async function serving(script: Script, work: (port: number) => Promise<Load>): Promise<Load> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    speak(socket, script);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
  }
}

/** An empty answer closes the connection. */
function speak(socket: Socket, { greeting, answer, isData }: Script): void {
  let inData = false;
  socket.write(`${greeting}\r\n`);
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  // It says again what the socket says.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const [word = '', ...rest] = line.split(' ');
    const text = answer(word, rest.join(' '));
    if (text === '') socket.end();
    else if (!inData || line === '.') socket.write(`${text}\r\n`);
    inData = inData ? line !== '.' : (isData?.(word) ?? false);
  });
}
