import { sameOrganisation } from '@postroom/sdk';
import { expect } from 'chai';
import {
  gatewaysIn,
  type IspKnowledge,
  MESSAGES_TO_TRUST,
  meetClient,
  meetHost,
  NOTHING_KNOWN,
} from '#plugins/addressees/dist/ispHosts.js';

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

  it('see one address for everybody outside where a gateway stands before them, as strangers’ lines below it show', () => {
    const meet = (known: IspKnowledge, as: 'inner' | 'gateway', times: number): IspKnowledge =>
      Array.from({ length: times }).reduce<IspKnowledge>((now) => meetClient(now, { address: '172.18.0.1', as }), known);
    expect(gatewaysIn(meet(known, 'inner', 20)), 'a scanner').to.deep.equal([]);
    const gateway = meet(known, 'gateway', 20);
    expect(gatewaysIn(gateway)).to.deep.equal(['172.18.0.1']);
    expect(gatewaysIn(meet(gateway, 'inner', 4)), 'a few forged lines change nothing').to.deep.equal(['172.18.0.1']);
    expect(gatewaysIn(meet(meet(known, 'gateway', 1), 'inner', 1)), 'one odd message behind a scanner').to.deep.equal([]);
    expect(meet(gateway, 'gateway', 1), 'nothing new is nothing to keep').to.equal(gateway);
    const addresses = Array.from({ length: 100 }, (_, at) => `10.0.0.${at}`);
    const many = addresses.reduce<IspKnowledge>((now, address) => meetClient(now, { address, as: 'gateway' }), known);
    expect(gatewaysIn(many)).to.have.length(20);
  });
});
