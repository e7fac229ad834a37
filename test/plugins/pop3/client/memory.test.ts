// What a hostile ISP may cost in memory, all that is made of its answers included.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { listingParts, MOST_MESSAGES } from '#plugins/pop3/dist/client/listing.js';

const PROGRAM = fileURLToPath(new URL('./collectProcess.js', import.meta.url));
const MOST_MEGABYTES = 64;
/** V8 lets garbage lie where there is room. What is not garbage has to find room in these. */
const SMALL_HEAP = ['--max-semi-space-size=1', '--max-old-space-size=48'];

interface Round {
  readonly grown: number;
  readonly codes: readonly string[];
  readonly problems: number;
}

/** Says a piece of text again and again, as fast as it is read. */
function* endlessly(piece: (count: number) => string): Generator<string> {
  for (let count = 0; ; count += 1) yield piece(count);
}

const BLOCK = 2_000;
const lines = (line: (number: number) => string): ((count: number) => string) => {
  return (count) => Array.from({ length: BLOCK }, (_, index) => `${line(count * BLOCK + index + 1)}\r\n`).join('');
};
const LONG = 'x'.repeat(200);

/** What each answers to a command, line by line; '+OK' to everything else. */
const SERVERS: Readonly<Record<string, (command: string) => Iterable<string> | undefined>> = {
  'a UIDL without an end': (command) => (command === 'UIDL' ? endlessly(lines((number) => `${number} id${number}`)) : undefined),
  'a LIST without an end': (command) => (command === 'LIST' ? endlessly(lines((number) => `${number} 1000`)) : undefined),
  'a UIDL of long ids': (command) => (command === 'UIDL' ? endlessly(lines((number) => `${number} ${number}${LONG}`)) : undefined),
  'a UIDL of lines as long as they may be': (command) =>
    command === 'UIDL' ? endlessly((count) => `${count + 1} ${'x '.repeat(4_000)}\r\n`) : undefined,
  'a UIDL of lines without an end': (command) => (command === 'UIDL' ? endlessly(() => 'x'.repeat(65_536)) : undefined),
  'a UIDL of nonsense': (command) => (command === 'UIDL' ? endlessly(() => '\r\n'.repeat(BLOCK)) : undefined),
  'a CAPA without an end': (command) => (command === 'CAPA' ? endlessly(lines((number) => `X-${number}`)) : undefined),
  'a greeting without an end': (command) => (command === 'CONNECT' ? endlessly(() => 'x'.repeat(65_536)) : undefined),
  'an error without an end': (command) =>
    command === 'STAT' ? endlessly((count) => (count === 0 ? '-ERR ' : 'x'.repeat(65_536))) : undefined,
  'a header without an end': (command) =>
    command === 'LIST'
      ? ['1 1\r\n.\r\n']
      : command === 'UIDL'
        ? ['1 a b\x01\r\n.\r\n']
        : command.startsWith('TOP')
          ? endlessly(() => 'X-Line: x\r\n'.repeat(BLOCK))
          : undefined,
  'a hundred thousand messages, none of which it hands over': (command) => {
    const all = 'LIST UIDL'.includes(command)
      ? Array.from({ length: 50 }, (_, block) => lines((number) => `${number} ${number}9`)(block))
      : undefined;
    return all === undefined ? (command.startsWith('RETR') ? ['-ERR no'] : undefined) : [...all, '.\r\n'];
  },
};

describe('the memory that a hostile ISP costs', function () {
  this.timeout(180_000);
  const leaks = leakCheck();
  let server: Server;
  let answersOf: (command: string) => Iterable<string> | undefined = () => undefined;
  const sockets = new Set<Socket>();

  before(async () => {
    await leaks.begin();
    server = createServer((socket) => void serve(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(await leaks.end()).to.deep.equal([]);
  });

  async function serve(socket: Socket): Promise<void> {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    await say(socket, 'CONNECT');
    let rest = '';
    for await (const chunk of socket) {
      const [...commands] = `${rest}${String(chunk)}`.split('\r\n');
      rest = commands.pop() ?? '';
      for (const command of commands) await say(socket, command);
    }
  }

  async function say(socket: Socket, command: string): Promise<void> {
    const answers = answersOf(command);
    const isRefusal = Array.isArray(answers) && String(answers[0]).startsWith('-ERR');
    if (command !== 'CONNECT' && !isRefusal)
      socket.write(command === 'CAPA' && answers === undefined ? '+OK\r\nUIDL\r\n.\r\n' : '+OK 1 1\r\n');
    if (command === 'CONNECT' && answers === undefined) socket.write('+OK ready\r\n');
    if (isRefusal) socket.write('-ERR no\r\n');
    if (['LIST', 'UIDL'].includes(command) && answers === undefined) socket.write('.\r\n');
    if (isRefusal) return;
    for (const answer of answers ?? []) {
      if (socket.destroyed) return;
      await new Promise<void>((resolve) => void socket.write(answer, () => resolve()));
    }
  }

  for (const [what, answers] of Object.entries(SERVERS)) {
    it(`stays below ${MOST_MEGABYTES} MB for ${what}`, async () => {
      answersOf = answers;
      const { port } = server.address() as AddressInfo;
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...SMALL_HEAP,
        PROGRAM,
        String(port),
        what.startsWith('a hundred') ? '7' : '0',
      ]);
      const round = JSON.parse(stdout) as Round;
      expect(round.grown).to.be.below(MOST_MEGABYTES);
      expect(round.codes).to.have.length.within(1, 2);
      expect(round.problems).to.be.at.most(201);
    });
  }
});

describe('a mailbox of many messages', () => {
  it('is gone through part by part: one that is emptied from its beginning, another from its end, none of them twice', () => {
    expect(listingParts(0, true)).to.deep.equal([{ from: 1, to: Number.POSITIVE_INFINITY }]);
    expect(listingParts(MOST_MESSAGES, false)).to.deep.equal([{ from: 1, to: Number.POSITIVE_INFINITY }]);
    for (const count of [MOST_MESSAGES + 1, 2 * MOST_MESSAGES, 3 * MOST_MESSAGES - 1]) {
      for (const deletesAtOnce of [true, false]) {
        const parts = listingParts(count, deletesAtOnce);
        const ordered = deletesAtOnce ? parts : parts.toReversed();
        expect(ordered[0]?.from).to.equal(1);
        expect(ordered.at(-1)?.to).to.equal(Number.POSITIVE_INFINITY);
        for (const [index, part] of ordered.slice(1).entries()) expect(part.from).to.equal((ordered[index]?.to ?? 0) + 1);
      }
    }
    expect(listingParts(1e12, true)).to.have.length.below(100);
  });
});
