import { expect } from 'chai';
import { SentOctets } from '#core/flow/sending/sentOctets.js';

const read = async (source: AsyncIterable<Uint8Array>): Promise<string> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
};

describe('the octets of a message that was sent', () => {
  const stored = (pieces: readonly string[]): { readonly source: () => AsyncIterable<Uint8Array>; readonly letGo: () => void } => {
    let isThere = true;
    return {
      source: async function* () {
        for (const piece of pieces) {
          if (!isThere) throw new Error('The store has let go of it.');
          yield Buffer.from(piece, 'latin1');
        }
      },
      letGo: () => {
        isThere = false;
      },
    };
  };
  const large = 'x'.repeat(200 * 1024);

  it('are there again, though the store has let go of the message', async () => {
    const { source, letGo } = stored(['From: a\r\n', '\r\nHello']);
    const octets = new SentOctets(source);
    expect(await read(octets.send())).to.equal('From: a\r\n\r\nHello');
    letGo();
    expect(await read(octets.again())).to.equal('From: a\r\n\r\nHello');
  });

  it('are there from the front of a large message, and whole as long as the store has it', async () => {
    const pieces = ['From: a\r\n\r\n', large, large, 'end'];
    const { source, letGo } = stored(pieces);
    const octets = new SentOctets(source);
    await read(octets.send());
    expect(await read(octets.again())).to.equal(pieces.join(''));
    letGo();
    const [first] = await octets
      .again()
      .next()
      .then(({ value }) => [value]);
    expect(Buffer.from(first ?? []).toString()).to.equal('From: a\r\n\r\n');
  });

  it('are those of the longest reading: one that was cut off spoils nothing', async () => {
    const { source, letGo } = stored(['one', 'two']);
    const octets = new SentOctets(source);
    for await (const piece of octets.send()) if (Buffer.from(piece).toString() === 'one') break;
    expect(await read(octets.again())).to.equal('onetwo');
    await read(octets.send());
    for await (const piece of octets.send()) if (Buffer.from(piece).toString() === 'one') break;
    letGo();
    expect(await read(octets.again())).to.equal('onetwo');
  });

  it('are read from the store where nobody has sent any', async () => {
    expect(await read(new SentOctets(stored(['never sent']).source).again())).to.equal('never sent');
  });
});
