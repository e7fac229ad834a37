import { formatAddress, parseAddresses } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';
import { expectLinear } from '../../kit/linear.js';

/** `name|local|domain` of every address in the text. */
function read(text: string | Uint8Array): readonly string[] {
  return parseAddresses(typeof text === 'string' ? Buffer.from(text) : text).map(({ name, local, domain }) => `${name}|${local}|${domain}`);
}

const CASES: readonly (readonly [number | string, string, readonly string[]])[] = [
  [31, 'andrew <mail@company.com>', ['andrew|mail|company.com']],
  [31, 'andrew<mail@company.com>', ['andrew|mail|company.com']],
  [31, '"andrew"<mail@company.com>', ['andrew|mail|company.com']],
  [31, '<mail@company.com> (andrew)', ['andrew|mail|company.com']],
  [31, 'mail@company.com (andrew)', ['andrew|mail|company.com']],
  [34, 'Andrew, Sales <mail@company.com>', ['Andrew, Sales|mail|company.com']],
  [34, 'x@y.example, Andrew, Sales <mail@company.com>', ['|x|y.example', 'Andrew, Sales|mail|company.com']],
  [34, 'andrew, greg@company.com', ['|andrew|', '|greg|company.com']],
  [35, '"Andrew, Sales" <mail@company.com>', ['Andrew, Sales|mail|company.com']],
  [36, '=?UTF-8?Q?Andrew=2C_Sales?= <mail@company.com>', ['Andrew, Sales|mail|company.com']],
  [36, '=?UTF-8?Q?Andrew,_Sales?= <mail@company.com>', ['Andrew, Sales|mail|company.com']],
  [37, '=?utf-8?B?QW5k?= =?utf-8?B?cmV3?= <mail@company.com>', ['Andrew|mail|company.com']],
  [38, '=?UTF-8?B?Z3JlZ0Bjb21wYW55LmNvbQ==?= <mail@company.com>', ['greg@company.com|mail|company.com']],
  [38, '=?UTF-8?Q?greg=40company.com?=', ['greg@company.com||']],
  [38, '=?UTF-8?Q?=22=3E=2C_greg=40company.com=2C?= <x@evil.example>', ['">, greg@company.com,|x|evil.example']],
  [39, '"greg@company.com" <mail@company.com>', ['greg@company.com|mail|company.com']],
  [39, 'greg@company.com <mail@company.com>', ['greg@company.com|mail|company.com']],
  [40, 'mail <mail@company.com>', ['mail|mail|company.com']],
  [41, 'andrew@mail@company.com', ['|andrew@mail|company.com']],
  [41, '<andrew@mail@company.com>', ['|andrew@mail|company.com']],
  [42, "'andrew' <mail@company.com>", ["'andrew'|mail|company.com"]],
  [42, '"andrew (office)" <mail@company.com>', ['andrew (office)|mail|company.com']],
  [45, 'andrew <mail@company.com>, greg <mail@company.com>', ['andrew|mail|company.com', 'greg|mail|company.com']],
  [57, 'Andrew@COMPANY.com', ['|Andrew|company.com']],
  [60, 'undisclosed-recipients:;', []],
  [60, 'undisclosed-recipients: ;', []],
  [61, 'Team: andrew@company.com, "G, reg" <greg@company.com>;, x@y.org', ['|andrew|company.com', 'G, reg|greg|company.com', '|x|y.org']],
  [61, 'a:a:a:x@y.org', ['|x|y.org']],
  [62, 'andrew@company.com (boss (acting)', ['boss (acting)|andrew|company.com']],
  [62, 'andrew@company.com (boss (acting), greg@company.com (x)', ['boss (acting)|andrew|company.com', 'x|greg|company.com']],
  [63, 'user@company.com(x)evil.com', ['x||']],
  [63, '<user@company.com(x)evil.com>', ['x||']],
  [63, 'greg@company.com x', ['||']],
  [63, '<greg@company.com>@evil.org', ['@evil.org||']],
  [63, '<greg@company.com>.evil.org', ['.evil.org||']],
  [63, '"x"greg@company.com', ['||']],
  [64, '"greg@company.com x"@evil.org', ['|greg@company.com x|evil.org']],
  [64, '<"greg@company.com>, x"@evil.org>', ['|greg@company.com>, x|evil.org']],
  [65, '<@relay.isp:andrew@company.com>', ['|andrew|company.com']],
  [65, '<@a.example,@b.example:andrew@company.com>, x@y.org', ['|andrew|company.com', '|x|y.org']],
  [65, 'andrew%company.com@isp.example', ['|andrew%company.com|isp.example']],
  [66, 'andrew @company.com', ['|andrew|company.com']],
  [66, 'andrew@ company.com', ['|andrew|company.com']],
  [66, 'andrew@\r\n company.com', ['|andrew|company.com']],
  [66, 'andrew (at) @ (the) company . (dot) com', ['dot|andrew|company.com']],
  [67, 'a@b.example; c@d.example;', ['|a|b.example', '|c|d.example']],
  [68, 'andrew@bücher.example', ['|andrew|xn--bcher-kva.example']],
  [68, 'andrew@XN--BCHER-KVA.example', ['|andrew|xn--bcher-kva.example']],
  [69, 'андрей@company.com', ['|андрей|company.com']],
  ['quoted pairs', '"an\\"drew\\\\" <"m\\"x"@company.com>', ['an"drew\\|m"x|company.com']],
  ['domain literals', 'a@[192.0.2.1]', ['|a|[192.0.2.1]']],
  ['the final dot of the root', 'a@company.com.', ['|a|company.com']],
  ['a forgotten comma', 'A <a@b.example> B <c@d.example>', ['A|a|b.example', 'B|c|d.example']],
  ['forgotten brackets', 'Andrew Smith andrew@company.com', ['Andrew Smith|andrew|company.com']],
  ['a bracket that is never closed', '<a@b.example, c@d.example', ['|a|b.example', '|c|d.example']],
  ['a quotation mark that is never closed', '"andrew <a@b.example>, c@d.example', ['andrew|a|b.example', '|c|d.example']],
  ['mailto in brackets', '<mailto:list@outside.org>', ['|list|outside.org']],
  ['nothing', ' , ;, <>', []],
  ['percent signs in international domains', 'a@b%c3%bcö.example', ['|a|b%c3%bcö.example']],
];

describe('parseAddresses', () => {
  for (const [number, text, expected] of CASES) {
    it(`reads ${text.slice(0, 70)} (${number})`, () => expect(read(text)).to.deep.equal(expected));
  }

  it('reads raw 8-bit names as UTF-8, else Windows-1252 (44, 92)', () => {
    expect(read(Buffer.from('Andr\xe9 <mail@company.com>', 'latin1'))).to.deep.equal(['André|mail|company.com']);
    expect(read('"à la carte à" <mail@company.com>')).to.deep.equal(['à la carte à|mail|company.com']);
  });

  it('reads at most the limit (73)', () => {
    expect(parseAddresses(Buffer.from('a@b.example,'.repeat(10_000)))).to.have.length(2000);
    expect(parseAddresses(Buffer.from('a,'.repeat(10_000)), 10)).to.have.length(10);
  });

  it('keeps the text that was read', () => {
    expect(parseAddresses(Buffer.from(' andrew\r\n <mail@company.com> , x@y.org')).map((address) => address.raw)).to.deep.equal([
      'andrew <mail@company.com>',
      'x@y.org',
    ]);
  });

  it('never throws, and never makes up a domain, whatever the octets', () => {
    const grammar = fc.array(
      fc.constantFrom('"', '(', ')', '<', '>', '@', ',', ';', ':', '.', '\\', '[', ']', ' ', '\r\n ', 'a', '=?utf-8?q?x?=', '\xe9', '\0'),
    );
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      grammar.map((parts) => Buffer.from(parts.join(''), 'latin1')),
    );
    fc.assert(
      fc.property(text, (octets) => {
        for (const { name, local, domain, raw } of parseAddresses(octets)) {
          expect([name, local, domain, raw].every((part) => typeof part === 'string')).to.equal(true);
          if (domain !== '') expect(local).not.to.equal('');
        }
      }),
      { numRuns: 3000 },
    );
  });

  for (const piece of [
    '(',
    '()',
    '( ',
    '( ()',
    '"',
    '" ',
    '"\\',
    '\\"',
    '<',
    '<a',
    'a:',
    ',',
    ';',
    '@',
    '[',
    ') ',
    'a ',
    '=?a?q?',
    '=?utf-8?q?a?= ',
    '<@,',
    '<a@b> ',
    'a,',
    '(,',
    '\xe9',
    'a@b.example,',
  ]) {
    it(`takes linear time for ${JSON.stringify(piece)} (74)`, () =>
      expectLinear(piece, 1 << 20, (octets) => parseAddresses(octets))).timeout(120_000);
  }
});

describe('what is no address', () => {
  const read = (text: string): readonly (readonly [string, string])[] =>
    parseAddresses(Buffer.from(text)).map(({ local, domain }) => [local, domain] as const);

  it('has no domain where a control character, white space or an empty label stands in it', () => {
    for (const text of [
      'a\0b@works.example',
      '"x\ry"@works.example',
      'a@wor\u200bks.example',
      'a@works..example',
      'a@.',
      'a@[127.0.0.1',
      'a@[\u00ee]',
    ]) {
      expect(read(text), JSON.stringify(text)).to.deep.equal([['', '']]);
    }
  });

  it('is not what a copy from a web page left at its ends (66)', () => {
    for (const text of ['<\u200blisa@works.example\u00a0>', '\ufefflisa@works.example\u200e', '<\u202alisa@works.example\u202c>']) {
      expect(read(text), JSON.stringify(text)).to.deep.equal([['lisa', 'works.example']]);
    }
  });
});

describe('formatAddress', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((part) => part.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  const local = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019.+-_@"\\ ()<>,;:é')), minLength: 1, maxLength: 20 });
  const domain = fc.constantFrom('company.com', 'xn--bcher-kva.example', 'a.b-c.example', '[192.0.2.1]');

  it('is read back as it was', () => {
    fc.assert(
      fc.property(text, local, domain, (name, localPart, domainPart) => {
        const written = formatAddress({ name, local: localPart, domain: domainPart });
        const [address, ...more] = parseAddresses(Buffer.from(written));
        expect(more).to.have.length(0);
        expect({ name: address?.name, local: address?.local, domain: address?.domain }, written).to.deep.equal({
          name,
          local: localPart,
          domain: domainPart,
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('is read back among others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, local, domain), { minLength: 1, maxLength: 5 }), (list) => {
        const written = list
          .map(([name, localPart, domainPart]) => formatAddress({ name, local: localPart, domain: domainPart }))
          .join(', ');
        expect(parseAddresses(Buffer.from(written)).map((address) => [address.name, address.local, address.domain])).to.deep.equal(list);
      }),
    );
  });
});
