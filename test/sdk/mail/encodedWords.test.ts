import { decodeText, decodeWords, encodeHeaderText } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';
import { expectLinear } from '../../kit/linear.js';

describe('decodeWords', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['B', '=?utf-8?B?QW5kcmV3?=', 'Andrew'],
    ['Q with underscores', '=?ISO-8859-1?q?Andr=E9_Smith?=', 'André Smith'],
    ['white space between words vanishes (37)', '=?utf-8?B?QW5k?= \r\n\t=?utf-8?B?cmV3?= x', 'Andrew x'],
    ['a character cut between two words', '=?utf-8?B?4oI=?= =?utf-8?B?rA==?=', '€'],
    ['neighbours of different charsets', '=?utf-8?q?=C3=A9?= =?iso-8859-1?q?=E9?=', 'éé'],
    ['a language suffix (RFC 2231)', '=?us-ascii*en?q?Hello?=', 'Hello'],
    ['an unknown charset stays', '=?x-no-such?q?a=20b?= c', '=?x-no-such?q?a=20b?= c'],
    ['a known one after an unknown one', '=?x-no-such?q?a?= =?utf-8?q?b?=', '=?x-no-such?q?a?= b'],
    ['an unknown encoding stays', '=?utf-8?x?abc?=', '=?utf-8?x?abc?='],
    ['a word that never ends stays', 'a =?utf-8?q?abc', 'a =?utf-8?q?abc'],
    ['an equals sign without a pair stays', '=?utf-8?q?a=b=?=', 'a=b='],
    ['text around words stays', 'Re:=?utf-8?q?x?=y', 'Re:xy'],
    ['line ends inside a word become spaces', '=?utf-8?q?a=0D=0ABcc:_x?=', 'a  Bcc: x'],
    ['Japanese in ISO-2022-JP', '=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=', '日本'],
  ];
  for (const [title, text, decoded] of cases) {
    it(`decodes ${title}`, () => expect(decodeWords(text)).to.equal(decoded));
  }

  for (const piece of ['=?', '=?a?q?', '=?utf-8?q?a?= ', '=?utf-8?q?a?=', '=?x?q?a?= ', '?', '=?utf-8?b?', '=?utf-8?q?a?=          ']) {
    it(`takes linear time for ${JSON.stringify(piece)} (74)`, () =>
      expectLinear(piece, 1 << 20, (octets) => decodeWords(decodeText(octets)))).timeout(120_000);
  }
});

describe('decodeText', () => {
  it('reads UTF-8 where it is valid and Windows-1252 elsewhere (44)', () => {
    expect(decodeText(Buffer.from('Andr\xe9', 'latin1'))).to.equal('André');
    expect(decodeText(Buffer.from('André'))).to.equal('André');
    expect(decodeText(Buffer.of(0x80, 0x93))).to.equal('€“');
  });
});

describe('encodeHeaderText', () => {
  it('comes back as it was, in words that fold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const encoded = encodeHeaderText(text);
        expect(encoded).to.match(/^[ -~]*$/);
        expect(Math.max(...encoded.split(' ').map((word) => word.length))).to.be.at.most(75);
        expect(decodeWords(encoded)).to.equal(text.trim());
      }),
    );
  });

  it('leaves no line end and no NUL in', () => {
    expect(encodeHeaderText('a\r\nBcc: b\0')).to.equal('a  Bcc: b');
  });
});
