import { addressKind, canonicalAddress, isHere } from '@postroom/sdk/network';
import { expect } from 'chai';

/** Addresses of this machine. */
const OWN = new Set(['192.168.1.5', '93.184.216.99']);

describe('where an address leads', () => {
  for (const [kind, addresses] of Object.entries({
    public: ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '172.32.0.1', '100.128.0.1'],
    local: [
      ...['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '10.1.2.3', '172.16.0.1', '172.31.255.255'],
      ...[
        '192.168.0.1',
        '100.64.0.1',
        'fc00::1',
        'fd12::1',
        '::ffff:10.0.0.1',
        '64:ff9b::10.0.0.1',
        '64:ff9b::7f00:1',
        '::127.0.0.1',
        '::10.0.0.1',
      ],
    ],
    special: [
      ...[
        '169.254.169.254',
        '::ffff:169.254.169.254',
        '64:ff9b::169.254.169.254',
        'fe80::1',
        'fe80::1%eth0',
        '192.0.2.1',
        '198.18.0.1',
        '240.0.0.1',
      ],
      ...[
        '2002:7f00:1::',
        '2001:0:53aa:64c:0:1::',
        '100::1',
        '2001:db8::1',
        '4000::1',
        'fec0::1',
        '::ffff:0:127.0.0.1',
        '64:ff9b:1::7f00:1',
      ],
    ],
    never: ['0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'ff02::1', '::ffff:0.0.0.0', '::ffff:224.0.0.1'],
  })) {
    it(`is ${kind} for ${addresses.join(', ')}`, () => {
      expect(addresses.filter((address) => addressKind(address) !== kind)).to.deep.equal([]);
    });
  }

  it('is local for an address of this machine, however it is written', () => {
    expect(addressKind('93.184.216.99', OWN)).to.equal('local');
    expect(addressKind('::ffff:93.184.216.99', OWN)).to.equal('local');
    expect([isHere('::ffff:7f00:1', OWN), isHere('93.184.216.99', OWN), isHere('10.0.0.1', OWN)]).to.deep.equal([true, true, false]);
    expect(canonicalAddress('::FFFF:10.0.0.1')).to.equal('10.0.0.1');
  });
});
