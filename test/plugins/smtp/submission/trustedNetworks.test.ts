import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { trustedNetworks } from '#plugins/smtp/dist/submission/trustedNetworks.js';

describe('trusted networks', () => {
  it('know their addresses, in IPv4, IPv6 and IPv4 on a dual-stack port', () => {
    const isTrusted = trustedNetworks(['192.168.1.0/24', '::1/128', '10.0.0.7']);
    expect(['192.168.1.77', '::ffff:192.168.1.77', '::1', '10.0.0.7'].map(isTrusted)).to.deep.equal([true, true, true, true]);
    expect(['192.168.2.1', '::2', '10.0.0.8', 'fe80::1', ''].map(isTrusted)).to.deep.equal([false, false, false, false, false]);
  });

  it('say which text is no network', () => {
    expect(() => trustedNetworks(['192.168.1.0/99'])).to.throw(PostroomError, /"192\.168\.1\.0\/99" is no network/);
  });
});
