import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { DataStream } from '#plugins/smtp/dist/submission/front/dataStream.js';

/** Feeds the octets behind DATA in these pieces; answers the message and the command lines that follow it. */
async function read(pieces: readonly Buffer[]): Promise<{ text: string; commands: string[] }> {
  const commands: string[] = [];
  const parser = new DataStream();
  parser.oncommand = (line, next) => {
    commands.push(line.toString('latin1'));
    next?.();
  };
  const text = collect(parser.startDataMode());
  const read = text.then((message) => {
    parser.continue();
    return message;
  });
  for (const piece of pieces) {
    if (!parser.write(piece)) {
      await once(parser, 'drain');
    }
  }
  return { text: await read, commands };
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('latin1');
}

/** RFC 5321 section 4.5.2 in two lines. */
function expected(wire: string): string {
  const whole = `\r\n${wire}`;
  return whole
    .slice(0, whole.indexOf('\r\n.\r\n') + 2)
    .slice(2)
    .replace(/(^|\r\n)\./g, '$1');
}

describe('reading the text after DATA', () => {
  it('S30 gives the same message wherever the octets are cut', async () => {
    const wire = '..first\r\nmiddle\r\n..\r\n...x\r\r\n.\rnot the end\r\nlast\r\n.\r\n';
    for (let cut = 1; cut < wire.length; cut++) {
      const { text } = await read([Buffer.from(wire.slice(0, cut)), Buffer.from(wire.slice(cut))]);
      expect(text, `cut at ${cut}`).to.equal('.first\r\nmiddle\r\n.\r\n..x\r\r\n\rnot the end\r\nlast\r\n');
    }
  });

  it('S30 gives the same message octet by octet', async () => {
    const wire = '.a\r\n..\r\nb\r\r\n.\r\n';
    const { text } = await read([...Buffer.from(wire)].map((octet) => Buffer.from([octet])));
    expect(text).to.equal(expected(wire));
  });

  it('S29 takes a dot off behind CRLF only', async () => {
    const { text } = await read([Buffer.from('a\n..b\r..c\r\n..d\r\n.\r\n')]);
    expect(text).to.equal('a\n..b\r..c\r\n.d\r\n');
  });

  it('S31 reads an empty message', async () => {
    expect((await read([Buffer.from('.\r\n')])).text).to.equal('');
  });

  it('S71 hands what follows the message to the commands', async () => {
    const { text, commands } = await read([Buffer.from('hello\r\n.\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n')]);
    expect(text).to.equal('hello\r\n');
    expect(commands).to.deep.equal(['MAIL FROM:<a@b.example>', 'QUIT']);
  });

  it('S27 agrees with the standard for any mixture of dots and line ends, in any pieces', async () => {
    const soup = fc.array(fc.constantFrom('.', '\r', '\n', '\r\n', 'a', '\r\n.', '\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n', '\0'), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(soup, fc.array(fc.nat(20), { maxLength: 12 }), async (parts, cuts) => {
        const wire = Buffer.from(`${parts.join('')}\r\n.\r\n`, 'latin1');
        const places = [...new Set(cuts.map((cut) => cut % wire.length))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((from, place) => wire.subarray(from, places[place] ?? wire.length));
        expect((await read(pieces)).text).to.equal(expected(wire.toString('latin1')));
      }),
      { numRuns: 300 },
    );
  });
});
