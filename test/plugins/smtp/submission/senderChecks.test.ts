import { expect } from 'chai';
import { checkSenders } from '#plugins/smtp/dist/submission/senderChecks.js';

describe('who may send without a login', () => {
  const text = (trusted: readonly string[], proxies: readonly string[] = []): string =>
    checkSenders(trusted, proxies, { plugins: [] } as never).text;

  it('are the networks that are written down', () => {
    expect(text([])).to.equal('Nobody sends without a login.');
    expect(text(['192.168.1.20'], ['192.0.2.10'])).to.equal('Nobody sends without a login but 192.168.1.20.');
  });

  it('are all programs of this computer where it is among them, however it is written', () => {
    for (const network of ['127.0.0.1', '127.0.0.0/8', '::1', '0.0.0.0/0'])
      expect(text([network]), network).to.include('names this computer');
  });

  it('are everybody whom a load balancer cannot name, where it is among them', () => {
    for (const proxy of ['192.168.1.5', '192.168.1.5/32']) {
      expect(text(['192.168.1.0/24'], [proxy]))
        .to.include(`names the load balancer ${proxy} of smtp.listen`)
        .and.to.include('Take it out.');
    }
  });
});
