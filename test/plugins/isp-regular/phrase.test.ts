import { parseAddresses } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodePhrase } from '#plugins/isp-regular/dist/phrase.js';

describe('a display name in a header line', () => {
  it('is plain, quoted or encoded as it needs', () => {
    expect(encodePhrase('andrew')).to.equal('andrew');
    expect(encodePhrase('Smith, "Andy"')).to.equal('"Smith, \\"Andy\\""');
    expect(encodePhrase('André')).to.equal('=?UTF-8?B?QW5kcsOp?=');
  });

  it('is printable ASCII without line ends, in words of at most 75 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        const phrase = encodePhrase(`é${name}`);
        return /^[ -~]*$/.test(phrase) && phrase.split(' ').every((word) => word.length <= 75);
      }),
    );
  });

  it('reads back as the same name', () => {
    for (const name of ['andrew', 'André Smith, Sales', 'a'.repeat(30) + 'é'.repeat(60), 'Smith (x) "y" \\z']) {
      expect(parseAddresses(Buffer.from(`${encodePhrase(name)} <mail@company.com>`))[0]?.name).to.equal(name);
    }
  });
});
