// Converted mail reads as it did before: for shapes of every kind, and for real mail.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { octetsInCrlfForm } from '#core/mail/lineEnds.js';
import { convert, isAscii, longestLine, shown } from './converted.js';

const CORPUS = process.env['POSTROOM_CORPUS'] ?? path.join(process.cwd(), '..', 'shared', 'corpus');

/** A part, or a message, as text in which each character is an octet. */
type Node =
  | { readonly kind: 'text'; readonly type: string; readonly charset: string; readonly encoding: string; readonly lines: readonly string[] }
  | { readonly kind: 'file'; readonly encoding: string; readonly name: string; readonly lines: readonly string[] }
  | { readonly kind: 'parts'; readonly type: string; readonly encoding: string; readonly parts: readonly Node[] }
  | { readonly kind: 'message'; readonly subject: string; readonly encoding: string; readonly node: Node };

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
const word = fc.constantFrom(
  'Hello',
  utf8('grüße'),
  utf8('Привет'),
  utf8('日本語'),
  'a=b',
  '=C3',
  '.',
  '..dot',
  'From here',
  '--x',
  '',
  '\t',
  'end ',
);
const line = fc.oneof(
  fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  fc.constant(utf8('ü').repeat(700)),
  fc.constant('x'.repeat(990)),
);
const lines = fc.array(line, { maxLength: 6 });
const plain = fc.constantFrom('8bit', 'binary', '7bit', '', '8BIT (as it is)');
const name = fc.constantFrom('plan.pdf', utf8('Übersicht März.pdf'), utf8('名前 "1".txt'), utf8('Ж'.repeat(60)));

const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    type: fc.constantFrom('text/plain', 'text/html'),
    charset: fc.constant('utf-8'),
    encoding: plain,
    lines,
  }),
  fc.record({ kind: fc.constant('file' as const), encoding: plain, name, lines }),
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constant('parts' as const),
      type: fc.constantFrom('mixed', 'alternative', 'related'),
      encoding: fc.constantFrom('8bit', ''),
      parts: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('message' as const), subject: word, encoding: fc.constantFrom('8bit', ''), node: tie('node') }),
  ),
}));

let boundaries = 0;

/** Header and body of a part. */
function written(each: Node): string {
  const encoding = each.encoding === '' ? '' : `Content-Transfer-Encoding: ${each.encoding}\r\n`;
  if (each.kind === 'text') return `Content-Type: ${each.type}; charset=${each.charset}\r\n${encoding}\r\n${each.lines.join('\r\n')}`;
  if (each.kind === 'file') {
    const quoted = each.name.replaceAll('"', '\\"');
    return `Content-Type: application/octet-stream; name="${quoted}"\r\nContent-Disposition: attachment;\r\n filename="${quoted}"\r\n${encoding}\r\n${each.lines.join('\r\n')}`;
  }
  if (each.kind === 'message') return `Content-Type: message/rfc822\r\n${encoding}\r\n${letter(each.subject, each.node)}`;
  const boundary = `b${boundaries++}`;
  const parts = each.parts.map((part) => `--${boundary}\r\n${written(part)}\r\n`).join('');
  return `Content-Type: multipart/${each.type}; boundary="${boundary}"\r\n${encoding}\r\n${utf8('für alte Programme')}\r\n${parts}--${boundary}--\r\n`;
}

function letter(subject: string, each: Node): string {
  const people = `From: ${utf8('Jürgen Groß')} <j@works.example>\r\nTo: "${utf8('Ö, Übel')}" <o@far.example>, bob@far.example\r\n`;
  return `${people}Subject: ${subject}\r\nMIME-Version: 1.0\r\n${written(each)}`;
}

describe('mail that was converted for a server without 8BITMIME', () => {
  it('8-bit mail reads the same after it was encoded for a server without 8BITMIME (175)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        node,
        fc.constantFrom(1, 7, 1_000_000),
        fc.boolean(),
        async (subject, each, cut, endsInLine) => {
          const message = Buffer.from(`${letter(subject.join(' '), each)}${endsInLine ? '\r\n' : ''}`, 'latin1');
          const octets = await convert(message, cut);
          if (typeof octets === 'string') return expect.fail(octets);
          expect(isAscii(octets)).to.equal(true);
          expect(longestLine(octets)).to.be.at.most(998);
          expect(await shown(octets)).to.deep.equal(await shown(message));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('reads the same where it is real mail', async function () {
    if (!existsSync(CORPUS)) {
      console.log(`      There is no corpus at ${CORPUS}: this test is skipped.`);
      return this.skip();
    }
    this.timeout(120_000);
    const files = readdirSync(CORPUS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const returned: string[] = [];
    let converted = 0;
    for (const { parentPath, name: file } of files) {
      const message = octetsInCrlfForm(readFileSync(path.join(parentPath, file)));
      if (isAscii(message)) continue;
      const octets = await convert(message, 4_096);
      if (typeof octets === 'string') {
        returned.push(octets.replace(/^(\S+ ).* (?=It is signed|Its header)/, '$1').slice(0, '5.6.3 It is signed'.length));
        continue;
      }
      expect(isAscii(octets), file).to.equal(true);
      const [before, after] = [await shown(message), await shown(octets)];
      for (const [field, value] of Object.entries(before)) {
        // What could not be read before may be readable now: its charset is said.
        if (!JSON.stringify(value)?.includes('\uFFFD')) expect(after, `${file}: ${field}`).to.have.deep.property(field, value);
      }
      converted++;
    }
    expect(converted).to.be.above(150);
    expect([...new Set(returned)]).to.have.members(['5.6.3 It is signed', '5.6.7 Its header n']);
  });
});
