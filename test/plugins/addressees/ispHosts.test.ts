import { expect } from 'chai';
import { type IspKnowledge, MESSAGES_TO_TRUST, meetHost, NOTHING_KNOWN, sameOrganisation } from '#plugins/addressees/dist/ispHosts.js';

describe('the hosts of an ISP', () => {
  const known = meetHost(NOTHING_KNOWN, 'mx1.isp.example').known;

  it('begin with the first one met', () => {
    expect(meetHost(NOTHING_KNOWN, 'mx1.isp.example')).to.deep.equal({ known: { hosts: ['mx1.isp.example'], fields: {} }, trusted: true });
  });

  it('include neighbours in the same domain, and nobody under the same public suffix', () => {
    expect(meetHost(known, 'store.isp.example').trusted).to.equal(true);
    expect(sameOrganisation('mx.isp.co.uk', 'mx.other.co.uk')).to.equal(false);
    expect(sameOrganisation('mx.isp.com.br', 'mx.other.com.br')).to.equal(false);
    // Second levels of providers, persons and firms: ad.jp is the one of Japan's ISPs.
    for (const suffix of ['ad.jp', 'asn.au', 'id.au', 'ind.in', 'firm.in', 'biz.pl', 'info.pl', 're.kr', 'pe.kr', 'govt.nz']) {
      expect(sameOrganisation(`mx.isp.${suffix}`, `mx.other.${suffix}`), suffix).to.equal(false);
      expect(sameOrganisation(`mx1.isp.${suffix}`, `mx2.isp.${suffix}`), suffix).to.equal(true);
    }
    expect(sameOrganisation('mx1.isp.co.uk', 'mx2.isp.co.uk')).to.equal(true);
    expect(sameOrganisation('10.0.0.1', '192.0.0.1')).to.equal(false);
  });

  it('include neighbours of an ISP with a short name: its hosts take turns, so that none is the newest ten times in a row', () => {
    const first = meetHost(NOTHING_KNOWN, 'mx1.web.example.de').known;
    expect(meetHost(first, 'mx2.web.example.de').trusted).to.equal(true);
    expect(sameOrganisation('mx1.isp.de', 'mx2.isp.de')).to.equal(true);
    expect(sameOrganisation('mx1.tv.fr', 'mx2.tv.fr')).to.equal(true);
  });

  it('change after a new one was the newest on several messages in a row', () => {
    let learned: IspKnowledge = known;
    for (let message = 1; message < MESSAGES_TO_TRUST; message += 1) {
      const met = meetHost(learned, 'mx.new.example');
      expect(met.trusted, `message ${message}`).to.equal(false);
      learned = met.known;
    }
    expect(meetHost(learned, 'mx.new.example')).to.deep.include({ trusted: true });
  });

  it('start counting again when another stranger comes between', () => {
    const once = meetHost(known, 'mx.new.example').known;
    const other = meetHost(once, 'mx.evil.test').known;
    expect(meetHost(other, 'mx.new.example').known.candidate).to.deep.equal({ host: 'mx.new.example', messages: 1 });
  });
});
