// A certificate is of use with its key alone.
import { expect } from 'chai';
import { readPair } from '#plugins/platform/certificates/dist/certificatePair.js';
import { issueAuthority } from '#plugins/platform/certificates/dist/issueCertificate.js';

describe('A certificate with its key', () => {
  it('is no pair without the key, nor with another one', async () => {
    const [one, other] = [await issueAuthority('One', { now: new Date() }), await issueAuthority('Other', { now: new Date() })];
    expect(readPair(one.cert, one.key).pair).to.have.property('cert', one.cert);
    expect(readPair(one.cert, '')).to.deep.equal({ pair: undefined, reason: 'there is no private key' });
    expect(readPair(one.cert, other.key)).to.deep.equal({ pair: undefined, reason: 'the private key belongs to another certificate' });
  });
});
