// The questions that all sort plugins ask about an address.
import { cleanName, foldCase, isOwnAddress, isSharedAddress, recipientName } from '@postroom/sdk';
import { parseAddresses } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';

const REGULAR = { address: 'mail@company.com', domains: [] };
const DOMAIN = { address: 'post@works.example', domains: ['works.example', 'xn--bcher-kva.example'] };

function addressIn(text: string): ReturnType<typeof parseAddresses>[number] {
  const [address] = parseAddresses(Buffer.from(text));
  if (address === undefined) throw new Error(`No address in ${text}.`);
  return address;
}

describe('foldCase', () => {
  const same = [
    ['ANDREW', 'andrew'],
    ['STRASSE', 'straße', 'STRAẞE'],
    ['ΟΔΟΣ', 'οδος', 'οδοσ'],
    ['ANDRÉ', 'André', 'Andre\u0301'],
    ['IŞIK', 'işik'],
  ];
  for (const [first = '', ...others] of same) {
    it(`takes ${others.join(', ')} for ${first}`, () => {
      for (const other of others) expect(foldCase(other)).to.equal(foldCase(first));
    });
  }

  it('takes a dotless i, an accent and a letter of another alphabet for what they are (43, 69)', () => {
    for (const [one = '', other = ''] of [
      ['ısik', 'isik'],
      ['andré', 'andre'],
      ['аndrew', 'andrew'],
    ])
      expect(foldCase(one)).to.not.equal(foldCase(other));
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => foldCase(foldCase(text)) === foldCase(text)));
  });
});

describe("the account's own addresses", () => {
  it('are those at its domains, by equality, never by suffix (59, 68)', () => {
    for (const text of ['x@works.example', 'x@WORKS.example.', 'x@bücher.example'])
      expect(isOwnAddress(DOMAIN, addressIn(text)), text).to.equal(true);
    for (const text of ['x@mail.works.example', 'x@rks.example', 'x@works.example.evil.example', 'works.example'])
      expect(isOwnAddress(DOMAIN, addressIn(text)), text).to.equal(false);
  });

  it('are the shared address and what stands for it (41, 53)', () => {
    for (const text of ['MAIL@company.com', 'mail+x@company.com', 'x@mail@company.com'])
      expect(isOwnAddress(REGULAR, addressIn(text)), text).to.equal(true);
    for (const text of ['xmail@company.com', 'mailx@company.com', 'x+mail@company.com', 'mail@x.company.com'])
      expect(isOwnAddress(REGULAR, addressIn(text)), text).to.equal(false);
    expect(isSharedAddress(REGULAR, addressIn('Mail@Company.com'))).to.equal(true);
    expect(isSharedAddress(REGULAR, addressIn('mail+x@company.com'))).to.equal(false);
  });

  it('name somebody by display name, tag or local part', () => {
    expect(recipientName(REGULAR, addressIn("'andrew' <mail@company.com>"))).to.deep.equal({ name: 'andrew', source: 'display name' });
    expect(recipientName(REGULAR, addressIn('Greg <mail+andrew@company.com>'))).to.deep.equal({ name: 'andrew', source: 'tag' });
    expect(recipientName(REGULAR, addressIn('andrew@mail@company.com'))).to.deep.equal({ name: 'andrew', source: 'tag' });
    expect(recipientName(DOMAIN, addressIn('Greg <andrew@works.example>'))).to.deep.equal({ name: 'andrew', source: 'local part' });
  });
});

describe('cleanName', () => {
  it('takes off white space, invisible characters and one layer of quotes (32, 42, 43)', () => {
    expect([' andrew  ', "'andrew'", '“andrew”', '\u202eandrew\u202c', 'and\u200brew', 'ａｎｄｒｅｗ'].map(cleanName)).to.deep.equal(
      Array(6).fill('andrew'),
    );
    expect(cleanName(`"'andrew'"`)).to.equal("'andrew'");
  });
});
