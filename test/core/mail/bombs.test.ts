// Messages made to hurt parsers: each is read by our own code in no time, and content() answers or refuses without harm.

import { PostroomError } from '@postroom/sdk';
import { HEADER_LIMIT, parseAddresses, readHeader, valueOctets } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { ContentParser } from '#core/mail/contentParser.js';
import { ContentDigest } from '#core/mail/duplicateKey.js';
import { octetsInCrlfForm } from '#core/mail/lineEnds.js';

function message(header: string, body = 'x'): string {
  return `${header}\r\n\r\n${body}`;
}

function multiparts(depth: number): string {
  const opened = Array.from(
    { length: depth },
    (_part, level) => `--b${level}\r\nContent-Type: multipart/mixed; boundary=b${level + 1}\r\n\r\n`,
  );
  return `Content-Type: multipart/mixed; boundary=b0\r\n\r\n${opened.join('')}--b${depth}\r\n\r\nx\r\n`;
}

const BOMBS: Readonly<Record<string, string>> = {
  '100,000 addresses': message(`To: ${Array.from({ length: 100_000 }, (_address, number) => `u${number}@example.com`).join(', ')}`),
  'nested groups': message(`To: ${'a:'.repeat(30_000)}x@y.z`),
  'nested comments': message(`To: ${'('.repeat(50_000)}x@y.z`),
  'quotation marks': message(`To: ${'"'.repeat(50_001)} <x@y.z>`),
  'angle brackets': message(`To: ${'<'.repeat(60_000)}x@y.z>`),
  'encoded words': message(`Subject: ${'=?utf-8?q?a?= '.repeat(33_000)}`),
  'message ids': message(`References: ${Array.from({ length: 50_000 }, (_id, number) => `<${number}@x>`).join(' ')}`),
  '20,000 fields': message(Array.from({ length: 20_000 }, (_field, number) => `X-H${number}: v`).join('\r\n')),
  'one field of 3 MB': message(`X-A: ${'a'.repeat(3e6)}`),
  '20,000 parameters': message(
    `Content-Type: text/plain${Array.from({ length: 20_000 }, (_parameter, number) => `; p${number}=v`).join('')}`,
  ),
  '5,000 nested multiparts': multiparts(5000),
  '20,000 nested messages': `${'Content-Type: message/rfc822\r\n\r\n'.repeat(20_000)}Subject: in\r\n\r\nx`,
  '5,000 parts': `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(5000)}--b--\r\n`,
  'one line of 5 MB': message('Subject: x', 'a'.repeat(5e6)),
  'nested HTML': message('Content-Type: text/html', '<div>'.repeat(100_000)),
  'an unknown charset': message('Content-Type: text/plain; charset=x-no-such\r\nSubject: =?x-no?q?a?=', '\xff'),
  'an empty boundary': message('Content-Type: multipart/mixed; boundary=""', '--\r\n\r\nx'),
  'names of object properties': message('__proto__: a\r\nconstructor: b\r\nhasOwnProperty: c'),
  'NUL everywhere': '\0'.repeat(200_000),
};

describe('a message made to hurt', function () {
  this.timeout(60_000);
  const parser = new ContentParser();
  after(() => parser.dispose());

  for (const [title, text] of Object.entries(BOMBS)) {
    it(`does no harm: ${title} (73, 74, F80 to F82)`, async () => {
      const octets = octetsInCrlfForm(Buffer.from(text, 'latin1'));
      const header = readHeader(octets);
      expect(header.size).to.be.at.most(HEADER_LIMIT);
      for (const field of header.fields) {
        expect(field.value).to.be.a('string');
        expect(parseAddresses(valueOctets(field)).length).to.be.at.most(2000);
      }
      const digest = new ContentDigest();
      digest.update(octets);
      expect(digest.finish().contentHash).to.have.length(64);
      const outcome = await parser.parse(once(octets), octets.length).then(
        (content) => typeof content.text,
        (error: unknown) => (error instanceof PostroomError ? error.code : error),
      );
      expect(outcome).to.be.oneOf(['string', 'mail/unreadable']);
      expect(({} as { a?: unknown }).a).to.equal(undefined);
    });
  }
});

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}
