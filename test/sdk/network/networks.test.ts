import { PostroomError } from '@postroom/sdk';
import { networks } from '@postroom/sdk/network';
import { expect } from 'chai';

describe('networks as settings write them', () => {
  it('know their addresses, in IPv4, IPv6 and IPv4 on a dual-stack port', () => {
    const contains = networks(['192.168.1.0/24', '::1/128', '10.0.0.7', '2001:db8::/32'], 'smtp.trustedNetworks');
    expect(['192.168.1.77', '::ffff:192.168.1.77', '::1', '10.0.0.7', '2001:db8:1::5'].filter((each) => !contains(each))).to.deep.equal([]);
    expect(['192.168.2.1', '::2', '10.0.0.8', 'fe80::1', '2001:db9::1', ''].filter(contains)).to.deep.equal([]);
  });

  it('are those of IPv4 where they are written within IPv6', () => {
    const contains = networks(['::ffff:127.0.0.1', '::ffff:10.1.0.0/112'], 'smtp.trustedNetworks');
    expect(['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', '::ffff:10.1.2.3'].filter((each) => !contains(each))).to.deep.equal([]);
    expect(['127.0.0.2', '10.2.0.1', '::1', '::ffff:10.2.0.1'].filter(contains)).to.deep.equal([]);
  });

  it('say which text is no network', () => {
    for (const text of ['192.168.1.0/99', '192.168.1.0/', '10.1', '0x7f.0.0.1', '::1/129', '10.0.0.0/8/8', 'office', '']) {
      expect(() => networks([text], 'pop3.listen'), text).to.throw(PostroomError, `pop3.listen: "${text}" is no network`);
    }
  });
});
