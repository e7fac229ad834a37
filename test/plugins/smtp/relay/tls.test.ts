import { expect } from 'chai';
import { fingerprintOf, makeCertificate, testCertificate } from '../testCertificate.js';
import { relayingHost } from './relayingHost.js';

describe('relaying to the ISP with TLS', () => {
  const at = relayingHost();

  it('R26 sends nothing where STARTTLS is missing', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'STARTTLS' ? '502 No' : undefined) }, { 'smtp.security': 'starttls' });
    expect(await at.one()).to.include({ outcome: 'deferred', configuration: true });
    expect(at.isp.verbs()).to.not.include.members(['AUTH']);
  });

  it('R26 waits where STARTTLS is not available at the moment', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'STARTTLS' ? '454 4.7.0 Later' : undefined) }, { 'smtp.security': 'starttls' });
    expect(await at.one())
      .to.include({ outcome: 'deferred' })
      .and.not.have.property('configuration');
  });

  it('R27 sends nothing to a server whose certificate nobody vouches for', async () => {
    const pem = await testCertificate();
    for (const [security, implicitTls] of [
      ['tls', true],
      ['starttls', false],
    ] as const) {
      await at.connectTo({ pem, implicitTls }, { 'smtp.security': security });
      const receipt = await at.one();
      expect(receipt, security).to.include({ outcome: 'deferred', configuration: true });
      expect(receipt?.text).to.match(/certificate of 127\.0\.0\.1 is not trusted.*smtp\.tls\.pin/);
      expect(at.isp.verbs()).to.not.include('AUTH');
      await at.isp.stop();
    }
  });

  it('R27 takes a server without TLS on a TLS port for a fault of the set-up', async () => {
    await at.connectTo({}, { 'smtp.security': 'tls' });
    const receipt = await at.one();
    expect(receipt).to.include({ outcome: 'deferred', configuration: true });
    expect(receipt?.text).to.match(/^No TLS with 127\.0\.0\.1, port \d+: wrong version number\. Check /);
  });

  it('trusts the pinned certificate, by TLS and STARTTLS, and no other', async () => {
    const pem = await testCertificate();
    for (const [security, implicitTls] of [
      ['tls', true],
      ['starttls', false],
    ] as const) {
      await at.connectTo({ pem, implicitTls }, { 'smtp.security': security, 'smtp.tls.pin': fingerprintOf(pem) });
      expect(await at.one(), security).to.include({ outcome: 'delivered' });
      at.host.set('smtp.tls.pin', fingerprintOf(await makeCertificate('another')));
      const before = at.isp.commands.length;
      expect(await at.one(), security).to.include({ outcome: 'deferred', configuration: true });
      expect(at.isp.commands.slice(before).filter((line) => /^(AUTH|MAIL)/.test(line))).to.deep.equal([]);
      await at.isp.stop();
    }
  });

  it('R28 asks for the certificate of the name in the settings, by TLS and STARTTLS', async () => {
    const pem = await testCertificate();
    for (const [security, implicitTls] of [
      ['tls', true],
      ['starttls', false],
    ] as const) {
      await at.connectTo({ pem, implicitTls }, { 'smtp.host': 'localhost', 'smtp.security': security, 'smtp.tls.pin': fingerprintOf(pem) });
      expect(await at.one(), security).to.include({ outcome: 'delivered' });
      expect(at.isp.askedFor, security).to.deep.equal(['localhost']);
      await at.isp.stop();
    }
  });

  it('R29 asks anew what the server can do after STARTTLS', async () => {
    const pem = await testCertificate();
    await at.connectTo({ pem, extensions: ['AUTH LOGIN PLAIN'] }, { 'smtp.security': 'starttls', 'smtp.tls.pin': fingerprintOf(pem) });
    await at.one();
    expect(at.isp.verbs().slice(0, 4)).to.deep.equal(['EHLO', 'STARTTLS', 'EHLO', 'AUTH']);
  });
});
