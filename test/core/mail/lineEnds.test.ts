import { expect } from 'chai';
import fc from 'fast-check';
import { LineEndNormaliser, octetsInCrlfForm } from '#core/mail/lineEnds.js';
import { expectLinear } from '../../kit/linear.js';

/** What must come out, by the plainest means. */
function reference(text: string): string {
  const leading = /^(?:\r*\n){0,32}/.exec(text)?.[0] ?? '';
  const rest = text.slice(leading.length);
  const empty = leading + (/^(?:[^\n]*[^\r\n][^\n]*\n)*\r*\n/.exec(rest)?.[0] ?? rest);
  const header = empty.replace(/\r+$/, '\r\n').replace(/\r*\n/g, '\n').replaceAll('\r', ' ').replaceAll('\n', '\r\n');
  const lines = header + text.slice(empty.length).replace(/\r\n|\r|\n/g, '\r\n');
  return lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
}

function inPieces(pieces: readonly Uint8Array[]): string {
  const normaliser = new LineEndNormaliser();
  return Buffer.concat([...pieces.map((piece) => normaliser.push(piece)), normaliser.end()]).toString('latin1');
}

const mailText = fc
  .array(fc.constantFrom('\r', '\n', '\r\n\r\n', '\r\n', '.', 'a', '\0', '\xff', '\r\n.\r\n'), { maxLength: 40 })
  .map((parts) => parts.join(''));

describe('LineEndNormaliser', () => {
  it('turns every bare LF and, in the body, every bare CR into CRLF, however the octets are cut (90, P32)', () => {
    fc.assert(
      fc.property(mailText, fc.array(fc.nat(60), { maxLength: 8 }), (text, cuts) => {
        const octets = Buffer.from(text, 'latin1');
        const borders = [0, ...cuts.map((cut) => Math.min(cut, octets.length)).sort((a, b) => a - b), octets.length];
        const pieces = borders.slice(1).map((border, position) => octets.subarray(borders[position], border));
        expect(inPieces(pieces)).to.equal(reference(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with the one-shot form when every octet comes alone', () => {
    fc.assert(
      fc.property(mailText, (text) => {
        const octets = Buffer.from(text, 'latin1');
        expect(inPieces([...octets].map((octet) => Uint8Array.of(octet)))).to.equal(
          Buffer.from(octetsInCrlfForm(octets)).toString('latin1'),
        );
      }),
    );
  });

  it('gives back the very buffer that needs no change', () => {
    const clean = Buffer.from('From: a@b.example\r\n\r\nhello\r\n');
    const normaliser = new LineEndNormaliser();
    expect(normaliser.push(clean)).to.equal(clean);
    const more = Buffer.from('and more\r\n');
    expect(normaliser.push(more)).to.equal(more);
    expect(octetsInCrlfForm(clean)).to.equal(clean);
  });

  it('begins no field at a bare CR, and ends a line once where a program wrote CR CR LF (90)', () => {
    const injected = 'Subject: hi\rTo: lisa@works.example\r\nFrom: x@out.example\r\n\r\na\rb\r\n';
    expect(inPieces([Buffer.from(injected)])).to.equal('Subject: hi To: lisa@works.example\r\nFrom: x@out.example\r\n\r\na\r\nb\r\n');
    expect(inPieces([Buffer.from('A: 1\r\r\nB: 2\r\r\n\r\r\nbody\r\n')])).to.equal('A: 1\r\nB: 2\r\n\r\nbody\r\n');
  });

  it('changes nothing in a piece of the body that begins with the LF of the last one', () => {
    const normaliser = new LineEndNormaliser();
    normaliser.push(Buffer.from('A: 1\r\n\r\n'));
    const [first, second] = [Buffer.from('a\r'), Buffer.from('\nb\r\n')];
    expect(normaliser.push(first)).to.equal(first);
    expect(normaliser.push(second)).to.equal(second);
    expect(normaliser.end()).to.have.length(0);
  });

  it('ends a message that has no final line end (P31), and leaves one of no octets empty', () => {
    expect(inPieces([Buffer.from('a')])).to.equal('a\r\n');
    expect(inPieces([Buffer.from('a\r')])).to.equal('a\r\n');
    expect(inPieces([])).to.equal('');
  });

  it('leaves no way to end a POP3 answer early (P29 to P32)', () => {
    expect(inPieces([Buffer.from('hello\n.\r\n+OK forged reply\r\n')])).to.equal('hello\r\n.\r\n+OK forged reply\r\n');
    expect(inPieces([Buffer.from('A: 1\r\n\r\nhello\r.\r+OK forged reply\r\n')])).to.equal(
      'A: 1\r\n\r\nhello\r\n.\r\n+OK forged reply\r\n',
    );
  });

  for (const piece of ['\n', '\r', '\r\n', 'x', '\r\r\n']) {
    it(`takes linear time for ${JSON.stringify(piece)}`, () => expectLinear(piece, 1 << 20, octetsInCrlfForm)).timeout(120_000);
  }
});
