// Addresses as people and scripts write them. What stands outside of quotes, comments and encoded-words is the address; nothing inside overrules it.
import type { Address } from '@postroom/sdk';
import { parseAddresses } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';

const LISA = 'lisa@works.example';
const JOHN = 'john@works.example';
/** The same ones each time: a test is not red by chance. */
const RUNS = { numRuns: 3000, seed: 14 } as const;

function specsOf(addresses: readonly Address[]): readonly string[] {
  return addresses.map(({ local, domain }) => (domain === '' ? '' : `${local}@${domain}`));
}

/** The addresses in a field, '' for what is none. */
function read(text: string | Buffer): readonly string[] {
  return specsOf(parseAddresses(typeof text === 'string' ? Buffer.from(text) : text));
}

function guessed(text: string | Buffer): readonly string[] {
  return parseAddresses(typeof text === 'string' ? Buffer.from(text) : text).flatMap(({ guesses = [] }) => specsOf(guesses));
}

function encoded(text: string, encoding: 'B' | 'Q' = 'B'): string {
  if (encoding === 'B') return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
  return `=?utf-8?Q?${[...Buffer.from(text)].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')}?=`;
}

describe('addresses without commas', () => {
  for (const [what, text, expected] of [
    ['a space', `${LISA} ${JOHN}`, [LISA, JOHN]],
    ['a tab', `${LISA}\t${JOHN}`, [LISA, JOHN]],
    ['a line break', `${LISA}\r\n ${JOHN}`, [LISA, JOHN]],
    ['many of them', `${LISA}  ${JOHN}\r\n\t x@far.example`, [LISA, JOHN, 'x@far.example']],
    ['a no-break space', `${LISA}\u00a0${JOHN}`, [LISA, JOHN]],
    ['an ideographic space', `${LISA}\u3000${JOHN}`, [LISA, JOHN]],
    ['a thin space', `${LISA}\u2009${JOHN}`, [LISA, JOHN]],
    ['names before them', `Lisa Jones ${LISA} John ${JOHN}`, [LISA, JOHN]],
    ['brackets around one', `<${LISA}> ${JOHN}`, [LISA, JOHN]],
    ['brackets around both', `<${LISA} ${JOHN}>`, [LISA, JOHN]],
    ['a semicolon inside brackets', `<${LISA}; ${JOHN}>`, [LISA, JOHN]],
    ['a comma further on', `${LISA} ${JOHN}, x@far.example`, [LISA, JOHN, 'x@far.example']],
    ['blanks around the @', `lisa @works.example john@ works.example`, [LISA, JOHN]],
    ['a prefix', `SMTP:${LISA} SMTP:${JOHN}`, [LISA, JOHN]],
    ['square brackets', `[mailto:${LISA}] [mailto:${JOHN}]`, [LISA, JOHN]],
    ['single quotes', `'${LISA}' '${JOHN}'`, [LISA, JOHN]],
    ['double quotes', `"${LISA}" "${JOHN}"`, [LISA, JOHN]],
    ['comments', `${LISA} (Lisa) ${JOHN} (John)`, [LISA, JOHN]],
  ] as const)
    it(`are told apart by ${what}`, () => expect(read(text)).to.deep.equal(expected));

  it('have to be complete, and the last word has to be one', () => {
    for (const text of [`${LISA} x`, `${LISA}(x)y@evil.example`, `${LISA} evil@`, `${LISA} .evil.example@x y`])
      expect(read(text).includes(LISA), text).to.equal(false);
    expect(read('andrew@mail@company.com')).to.deep.equal(['andrew@mail@company.com']);
    expect(read(`${LISA} <x@evil.example>`), 'a name').to.deep.equal(['x@evil.example']);
    expect(read(`<${LISA}>.evil.example <x@evil.example>`), 'what is glued to the brackets').to.deep.equal(['', 'x@evil.example']);
  });
});

describe('quotes around an address', () => {
  for (const [open, close] of ["''", '‘’', '‚‘', '‛’', '“”', '„“', '‟”', '«»', '‹›', '`´', '``', '{}', '""'].map(
    (pair) => [...pair] as [string, string],
  ))
    it(`${open}...${close} belong to nothing`, () => {
      for (const text of [
        `${open}${LISA}${close}`,
        `<${open}${LISA}${close}>`,
        `Lisa <${open}${LISA}${close}>`,
        `${open}Lisa <${LISA}>${close}`,
        `${open}<${LISA}>${close}`,
        `"${open}${LISA}${close}" <${open}${LISA}${close}>`,
      ]) {
        expect(read(text), text).to.deep.equal([LISA]);
        expect(read(`${text}, ${JOHN}`), text).to.deep.equal([LISA, JOHN]);
      }
      expect(read(`${open}${LISA}${close}, ${open}${JOHN}${close}`)).to.deep.equal([LISA, JOHN]);
      if (!'`{'.includes(open)) expect(read(`${open}${LISA}, ${JOHN}${close}`), 'around all of it').to.deep.equal([LISA, JOHN]);
    });

  it('are read in the octets of Windows-1252 as well', () => {
    expect(read(Buffer.from(`\x91${LISA}\x92, <\x93${JOHN}\x94>`, 'latin1'))).to.deep.equal([LISA, JOHN]);
  });

  it('that are part of the address stay', () => {
    expect(read("o'brien@works.example, 'o'brien@works.example', x'@works.example")).to.deep.equal([
      "o'brien@works.example",
      "o'brien@works.example",
      "x'@works.example",
    ]);
    expect(read("'lisa@works.example"), 'an apostrophe alone may be meant').to.deep.equal(["'lisa@works.example"]);
  });

  it('are opened where no address stands outside', () => {
    expect(read(`"Lisa <${LISA}>", "John" <${JOHN}>`)).to.deep.equal([LISA, JOHN]);
    expect(read(`"${LISA}", John <${JOHN}>`)).to.deep.equal([LISA, JOHN]);
    expect(read(`Lisa "${LISA}"`)).to.deep.equal([LISA]);
    expect(read(`<"${LISA}">`)).to.deep.equal([LISA]);
    expect(read(`"\\"${LISA}\\""`)).to.deep.equal([LISA]);
    expect(read(`"Smith, John" <${JOHN}>, "${LISA}"`)).to.deep.equal([JOHN, LISA]);
  });
});

describe('what nobody sees', () => {
  const unseen = [
    '\u200b',
    '\u200e',
    '\u200f',
    '\u202a',
    '\u202c',
    '\u2066',
    '\u2069',
    '\u00a0',
    '\ufeff',
    '\u00ad',
    '\u2009',
    '\u3000',
    '\u2060',
  ];
  for (const character of unseen)
    it(`is no part of an address: U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`, () => {
      for (const text of [
        `${character}${LISA}`,
        `${LISA}${character}`,
        `<${character}${LISA}${character}>`,
        `${character}<${LISA}>${character}`,
        `Lisa${character} <${LISA}>`,
        `lisa${character}@works.example`,
        `lisa@${character}works.example`,
        `${character}${character}<lisa@works.example${character}${character}>`,
      ]) {
        expect(read(text), JSON.stringify(text)).to.deep.equal([LISA]);
        expect(read(`${text}, ${JOHN}`), JSON.stringify(text)).to.deep.equal([LISA, JOHN]);
      }
    });

  it('glues nothing together in a domain', () => {
    for (const character of unseen) {
      for (const text of [`lisa@works.exam${character}ple`, `lisa@works.example${character}evil`, `lisa@evil${character}works.example`])
        expect(read(text), JSON.stringify(text)).to.not.include(LISA);
    }
  });

  it('says nothing inside a local part either, but for what people see as a gap', () => {
    expect(read('li\u00adsa@works.example, li\u200bsa@works.example')).to.deep.equal([LISA, LISA]);
    expect(read('li\u00a0sa@works.example')).to.deep.equal(['sa@works.example']);
  });
});

describe('words and brackets around an address', () => {
  for (const text of [
    `SMTP:${LISA}`,
    `<SMTP:${LISA}>`,
    `Lisa <smtp:${LISA}>`,
    `mailto:${LISA}`,
    `<mailto:${LISA}>`,
    `<mailto:${LISA}?subject=Hello>`,
    `<mailto:SMTP:${LISA}>`,
    `[mailto:${LISA}]`,
    `Lisa [mailto:${LISA}]`,
    `Lisa [${LISA}]`,
    `Lisa <[mailto:${LISA}]>`,
    `Lisa [ ${LISA} ]`,
    `<${LISA}:>`,
    `<:${LISA}>`,
    `${LISA}:`,
    `<<${LISA}>>`,
    `Lisa <${LISA}>.`,
    `Lisa <${LISA}`,
    `<${LISA},>`,
    `"SMTP:${LISA}"`,
    `<SMTP:"${LISA}">`,
  ])
    it(`are no part of it: ${text}`, () => {
      expect(read(text)).to.deep.equal([LISA]);
      expect(read(`${text}, ${JOHN}`)).to.deep.equal([LISA, JOHN]);
    });

  it('mean nothing where they are not known', () => {
    for (const text of [`<evil:${LISA}>`, `<${LISA}:25>`, `<x y:${LISA}>`]) expect(read(text), text).to.not.include(LISA);
  });
});

describe('a guess', () => {
  for (const [text, expected] of [
    [encoded(`Lisa <${LISA}>`), [LISA]],
    [encoded(`Lisa <${LISA}>`, 'Q'), [LISA]],
    [encoded(LISA), [LISA]],
    [encoded(`Lisa <${LISA}>, ${JOHN}`), [LISA, JOHN]],
    [`${encoded('Lisa <lisa@wor')} ${encoded('ks.example>')}`, [LISA]],
    [`Lisa ${encoded(`<${LISA}>`)}`, [LISA]],
    [`Lisa <${encoded(LISA)}>`, [LISA]],
    [`"${encoded(LISA)}"`, [LISA]],
    [`(${LISA})`, [LISA]],
    [`Lisa (${LISA})`, [LISA]],
    [`"${LISA}" Jones`, [LISA]],
  ] as const)
    it(`is what ${text} spells`, () => {
      expect(guessed(text)).to.deep.equal(expected);
      expect(read(text), 'no address').to.deep.equal(['']);
      expect(read(`${text}, John <${JOHN}>`), 'no part of the next name').to.deep.equal(['', JOHN]);
    });

  it('is not looked for inside a guess', () => expect(guessed(encoded(encoded(LISA)))).to.deep.equal([]));
});

describe('an address outside', () => {
  const local = fc.constantFrom('x', 'other', 'a.b', "o'brien", 'x+y', '"a b"', '"lisa@works.example"', '"lisa@works.example x"');
  const domain = fc.constantFrom('evil.example', 'far.example', 'works.example.evil.example', 'evil-works.example');
  const outside = fc.tuple(local, domain).map((parts) => parts.join('@'));
  const hidden = fc.constantFrom(
    LISA,
    `Lisa <${LISA}>`,
    `'${LISA}'`,
    `${LISA}, ${JOHN}`,
    `\u200b${LISA}\u00a0`,
    `SMTP:${LISA}`,
    `[mailto:${LISA}]`,
    `">, <${LISA}>, "`,
    `${LISA} <${LISA}>`,
    `\\"${LISA}`,
  );
  /** Where a name may stand: in quotes, in an encoded-word, in a comment. */
  const name = fc.tuple(fc.constantFrom('quoted', 'B', 'Q', 'comment'), hidden).map(([how, text]) => {
    if (how === 'quoted') return `"${text.replace(/["\\]/g, '\\$&')}"`;
    if (how === 'comment') return `(${text.replace(/[()\\]/g, '\\$&')})`;
    return encoded(text, how as 'B' | 'Q');
  });
  const space = fc.constantFrom('', ' ', '\r\n ', '\u00a0');
  const entry = fc.oneof(
    fc.tuple(name, space, outside).map(([before, gap, address]) => `${before}${gap}<${address}>`),
    fc.tuple(name, name, outside).map(([before, more, address]) => `${before} ${more} <${address}>`),
    fc.tuple(outside, space, name).map(([address, gap, behind]) => `<${address}>${gap}${behind}`),
    fc.tuple(name, outside, name).map(([before, address, behind]) => `${before} <${address}> ${behind}`),
    fc.tuple(name, outside).map(([before, address]) => `${before} ${address}`),
    outside,
    outside.map((address) => `'${address}'`),
    outside.map((address) => `<SMTP:${address}>`),
    outside.map((address) => `[mailto:${address}]`).filter((text) => !text.includes(' ')),
  );

  /** Lisa and John, by whatever rule. */
  const ours = (addresses: readonly Address[]): readonly string[] =>
    addresses
      .flatMap((address) => [...specsOf([address]), ...specsOf(address.guesses ?? [])])
      .filter((spec) => spec.endsWith('@works.example'));

  it('is the only one: no quoted string, encoded-word or comment beside it reaches a mailbox', () => {
    fc.assert(
      fc.property(entry, (text) => {
        expect(ours(parseAddresses(Buffer.from(text))), text).to.deep.equal([]);
      }),
      RUNS,
    );
  });

  it('stays so in a list, whatever stands before and behind it', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 2, maxLength: 5 }), fc.constantFrom(', ', ';', ' , ', ',\r\n\t'), (entries, comma) => {
        expect(ours(parseAddresses(Buffer.from(entries.join(comma)))), entries.join(comma)).to.deep.equal([]);
      }),
      RUNS,
    );
  });

  it('is the one that counts beside ours, which counts itself', () => {
    fc.assert(
      fc.property(entry, (text) => {
        expect(ours(parseAddresses(Buffer.from(`${JOHN}, ${text}`))), text).to.deep.equal([JOHN]);
      }),
      RUNS,
    );
  });

  it('is told by the known attacks', () => {
    for (const text of [
      `"${LISA} x"@evil.example`,
      `"${LISA}"@evil.example`,
      `<"${LISA}>, x"@evil.example>`,
      `"${LISA}" <other@far.example>`,
      `"${LISA}" other@far.example`,
      `${encoded(LISA)} <x@evil.example>`,
      `${encoded(LISA)}@evil.example`,
      `<${encoded(LISA)}@evil.example>`,
      `${encoded(`${LISA}, `)}<x@evil.example>`,
      `${LISA}(x)evil.example`,
      `<${LISA}>@evil.example`,
      `<${LISA}>.evil.example`,
      `${LISA}@evil.example`,
      `"${LISA}"@evil.example x`,
      `"\\"" <x@evil.example> "${LISA}"`,
      `[${LISA}] <x@evil.example>`,
      `x@[${LISA}]`,
      `(${LISA}) x@evil.example`,
    ])
      expect(ours(parseAddresses(Buffer.from(text))), text).to.deep.equal([]);
  });
});
