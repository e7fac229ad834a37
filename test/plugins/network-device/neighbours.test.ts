import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { macOf, neighbourCommands } from '#plugins/network-device/dist/neighbours.js';

/** Printed tables of real systems, with addresses of documentation ranges. */
function table(name: string): string {
  return readFileSync(new URL(`../../../fixtures/neighbours/${name}.txt`, import.meta.url), 'utf8');
}

describe('the neighbour table', () => {
  for (const [system, mac] of [
    ['linux-ip-neigh', '00:80:c8:12:34:56'],
    ['linux-arp', '00:80:c8:12:34:56'],
    ['windows-arp', '00:80:c8:12:34:56'],
    ['windows-arp-german', '00:80:c8:12:34:56'],
    ['macos-arp', '00:80:c8:02:04:56'],
  ] as const) {
    it(`gives the hardware address in the output of ${system}`, () => {
      expect(macOf('192.0.2.11', table(system))).to.equal(mac);
    });

    it(`knows no other address in the output of ${system}`, () => {
      expect(macOf('192.0.2.1', table(system))).not.to.equal(mac);
      expect(macOf('192.0.2.110', table(system))).to.equal(undefined);
      expect(macOf('92.0.2.11', table(system))).to.equal(undefined);
    });
  }

  it('has none for failed and incomplete entries', () => {
    expect(macOf('192.0.2.30', table('linux-ip-neigh'))).to.equal(undefined);
    expect(macOf('192.0.2.30', table('linux-arp'))).to.equal(undefined);
    expect(macOf('192.0.2.30', table('macos-arp'))).to.equal(undefined);
  });

  it('has IPv6 neighbours too', () => {
    expect(macOf('2001:db8::11', table('linux-ip-neigh'))).to.equal('00:80:c8:12:34:57');
  });

  it('is asked for the one address', () => {
    expect(neighbourCommands('linux', '192.0.2.11')).to.deep.equal([
      { program: 'ip', args: ['neigh', 'show', 'to', '192.0.2.11'] },
      { program: 'arp', args: ['-a', '-n', '192.0.2.11'] },
    ]);
    expect(neighbourCommands('win32', '192.0.2.11')).to.deep.equal([{ program: 'arp', args: ['-a', '192.0.2.11'] }]);
    expect(neighbourCommands('darwin', '192.0.2.11')).to.deep.equal([{ program: 'arp', args: ['-n', '192.0.2.11'] }]);
  });
});
