import { expect } from 'chai';
import { containsWords, lookalikeKey, nameKey, nameWords, plainForms, plainKey } from '#plugins/isp-regular/dist/nameForms.js';

describe('forms of a name', () => {
  it('have one key in any case, width and language', () => {
    expect(nameKey(' ＡNDREW\u200b ')).to.equal('andrew');
    expect(nameKey('STRASSE')).to.equal(nameKey('straße'));
    expect(nameKey('Ivan')).to.equal('ivan');
  });

  it('lose decorations one after the other', () => {
    expect(plainForms('Mr. "andrew" (office).').at(-1)).to.equal('andrew');
    expect(plainForms('andrew')).to.deep.equal(['andrew']);
    expect(plainForms('(office)')).to.deep.equal(['(office)']);
  });

  it('lose accents only in the plain key', () => {
    expect(plainKey('André')).to.equal('andre');
    expect(nameKey('André')).to.not.equal('andre');
  });

  it('are words in their order', () => {
    expect(nameWords('Smith, Andrew (Sales)')).to.deep.equal(['smith', 'andrew', 'sales']);
    expect(containsWords(['john', 'de', 'vries'], ['de', 'vries'])).to.equal(true);
    expect(containsWords(['andrews'], ['andrew'])).to.equal(false);
    expect(containsWords(['andrew'], [])).to.equal(false);
  });

  it('show letters of another alphabet by what they look like', () => {
    expect(lookalikeKey('аndrеw')).to.equal('andrew');
  });
});
