// What POP3 clients send: command lines, and the credentials in them.
import { COMMAND_LIMIT, CommandLines, type OVERLONG, RESPONSE_LIMIT } from '#plugins/pop3/dist/server/front/commandLines.js';
import { plainCredentials, utf8 } from '#plugins/pop3/dist/server/front/saslPlain.js';
import { type FuzzTarget, must, mustEqual } from '../target.js';

type Line = string | typeof OVERLONG;

/** All lines of a stream of octets that comes in these pieces, asked for as the server does: after each piece. */
function linesOf(pieces: readonly Buffer[], limit: number): { readonly lines: readonly string[]; readonly mostHeld: number } {
  const reader = new CommandLines();
  const lines: string[] = [];
  let mostHeld = 0;
  for (const piece of pieces) {
    reader.push(piece);
    const ahead = reader.length;
    reader.upcoming(8);
    must(reader.length === ahead, 'a look ahead takes nothing');
    for (let line: Line | undefined = reader.next(limit); line !== undefined; line = reader.next(limit))
      lines.push(typeof line === 'string' ? line : 'OVERLONG');
    mostHeld = Math.max(mostHeld, reader.length);
  }
  return { lines, mostHeld };
}

function expected(octets: Buffer, limit: number): readonly string[] {
  const lines = octets.toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => (line.length + 1 > limit ? 'OVERLONG' : line.replace(/\r$/, '')));
}

export const commandLines: FuzzTarget = {
  name: 'command-lines',
  group: 'servers',
  words: [
    'USER lisa',
    'PASS x',
    'RETR 1',
    'TOP 1 3',
    'STLS',
    'AUTH PLAIN',
    'QUIT',
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    'x'.repeat(252),
    'RETR 999999999999',
  ],
  longest: 32 * 1024,
  run(input, random) {
    for (const limit of [COMMAND_LIMIT, RESPONSE_LIMIT]) {
      const { lines, mostHeld } = linesOf(random.pieces(input), limit);
      mustEqual(lines, expected(input, limit), 'lines are the same wherever TCP cuts them');
      must(mostHeld < limit, 'no more than a line is kept', mostHeld);
    }
  },
};

export const saslPlain: FuzzTarget = {
  name: 'sasl-plain',
  group: 'servers',
  words: ['AGxpc2EAb3BlbiBzZXNhbWU=', '=', '====', 'AAA=', 'AAAA', 'AGEAYgA=', 'YQBiAGM=', ' ', '\0', '*'],
  longest: 16 * 1024,
  run(input) {
    const found = plainCredentials(input.toString('latin1'));
    if (found !== undefined) {
      must(found.name !== '' && found.password !== '', 'a name and a password are there', found);
      must(!found.name.includes('\0') && !found.password.includes('\0'), 'no field holds another', found);
      const again = plainCredentials(Buffer.from(`\0${found.name}\0${found.password}`, 'utf8').toString('base64'));
      mustEqual(again, found, 'credentials read as they are written');
    }
    const text = utf8(input.toString('latin1'));
    must(text === undefined || Buffer.from(text, 'utf8').equals(input), 'text is exactly its octets');
    if (text === undefined || text === '' || text.includes('\0')) return;
    mustEqual(
      plainCredentials(Buffer.from(`\0${text}\0${text}`).toString('base64')),
      { name: text, password: text },
      'every text can be a name and a password',
    );
    must(plainCredentials(Buffer.from(`x\0${text}x\0${text}`).toString('base64')) === undefined, 'nobody acts for somebody else');
  },
};
