// The octets behind DATA: where the message ends, which dots are its own, and what is read as commands behind it.
import { once } from 'node:events';
import { DataStream } from '#plugins/smtp/dist/submission/front/dataStream.js';
import { type FuzzTarget, must, mustEqual } from '../target.js';

const BEHIND = Buffer.from('RSET\r\nQUIT\r\n');

async function readData(pieces: readonly Buffer[]): Promise<{ readonly text: string | undefined; readonly commands: readonly string[] }> {
  const commands: string[] = [];
  const parser = new DataStream();
  parser.oncommand = (line, next) => {
    commands.push(line.toString('latin1'));
    next?.();
  };
  const stream = parser.startDataMode();
  const read: Buffer[] = [];
  let hasEnded = false;
  stream.on('data', (octets: Buffer) => void read.push(octets));
  stream.on('end', () => {
    hasEnded = true;
    parser.continue();
  });
  stream.on('error', () => undefined);
  // A line that is too long: the connection says 421.
  parser.on('error', () => undefined);
  for (const piece of pieces) {
    if (parser.destroyed || parser.errored) break;
    // An error ends the wait as well.
    if (!parser.write(piece)) await once(parser, 'drain').catch(() => undefined);
  }
  await new Promise<void>((resolve) => setImmediate(resolve));
  const text = hasEnded ? Buffer.concat(read).toString('latin1') : undefined;
  stream.destroy();
  parser.destroy();
  return { text, commands };
}

export const smtpData: FuzzTarget = {
  name: 'smtp-data',
  group: 'servers',
  words: [
    '.',
    '\r\n.',
    '\r\n.\r\n',
    '\r\n..\r\n',
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r\n.\r',
    '\0\r\n.\r\n',
    'MAIL FROM:<a@b>\r\n',
    'QUIT\r\n',
  ],
  longest: 24 * 1024,
  ofMessage: (message) => message,
  async run(input, random) {
    const whole = `\r\n${input.toString('latin1')}`;
    const end = whole.indexOf('\r\n.\r\n');
    const { text, commands } = await readData(random.pieces(input));
    must((text === undefined) === end < 0, 'only CRLF, dot, CRLF ends a message', [text, end]);
    if (text !== undefined) {
      must(text === whole.slice(2, end + 2).replace(/(^|\r\n)\./g, '$1'), 'a dot goes off behind CRLF alone', text);
    } else {
      mustEqual(commands, [], 'nothing of a message is a command');
    }
    // A whole message, stuffed as a client does, with commands behind it in the same segment.
    const lines = input
      .toString('latin1')
      .replace(/\r\n/g, '\n')
      .replace(/[\r\n]/g, '\r\n');
    const message = lines.endsWith('\r\n') || lines === '' ? lines : `${lines}\r\n`;
    const wire = Buffer.concat([Buffer.from(`${message.replace(/(^|\r\n)\./g, '$1..')}.\r\n`, 'latin1'), BEHIND]);
    const sent = await readData(random.pieces(wire));
    must(sent.text === message, 'what was stuffed comes out as it was', [message, sent.text]);
    mustEqual(sent.commands, ['RSET', 'QUIT'], 'what stands behind is read as commands, all of it');
  },
};
