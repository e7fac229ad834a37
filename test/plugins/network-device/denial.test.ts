import { expect } from 'chai';
import { denialOf, type Knowledge } from '#plugins/network-device/dist/denial.js';

const MINUTE = 60_000;

function known(change: Partial<Knowledge> = {}): Knowledge {
  return {
    device: { address: '192.0.2.11', port: 0, mac: '' },
    seen: false,
    others: { servers: 0, seenBy: [] },
    why: 'did not answer ping within 2 seconds',
    unseenForMs: 12 * MINUTE,
    graceMinutes: 10,
    ...change,
  };
}

describe('the judgement about the device', () => {
  it('leaves the word to the edition while the device is seen', () => {
    expect(denialOf(known({ seen: true, why: undefined, unseenForMs: 0 }))).to.equal(undefined);
  });

  it('goes on for the minutes of grace, and not one longer', () => {
    expect(denialOf(known({ unseenForMs: 10 * MINUTE - 1 }))).to.equal(undefined);
    expect(denialOf(known({ unseenForMs: 10 * MINUTE }))).to.include({ granted: false });
    expect(denialOf(known({ unseenForMs: 0, graceMinutes: 0 }))).to.include({ granted: false });
  });

  it('says what the manual says under Trouble #1, and what to check', () => {
    const verdict = denialOf(known());
    expect(verdict?.reason).to.equal(
      'Postroom needs to see the network device that it was sold with, and does not: 192.0.2.11 did not answer ping within 2 seconds. It was last seen 12 minutes ago.',
    );
    expect(verdict?.remedy)
      .to.contain("'ping 192.0.2.11'")
      .and.contain('connected to your network')
      .and.contain('licensing.device.address');
  });

  it('leaves the word to the edition where another server on the store sees it, whatever is set here', () => {
    const others = { servers: 2, seenBy: ['b'] };
    expect(denialOf(known({ others }))).to.equal(undefined);
    expect(denialOf(known({ others, device: { address: '', port: 0, mac: '' } }))).to.equal(undefined);
  });

  it('says that no other server sees it either', () => {
    expect(denialOf(known({ others: { servers: 1, seenBy: [] } }))?.reason).to.contain('No other server on its store sees it either.');
  });

  it('names the TCP port where one is set', () => {
    const verdict = denialOf(
      known({ device: { address: '192.0.2.11', port: 80, mac: '' }, why: 'could not be reached (ECONNREFUSED)', unseenForMs: undefined }),
    );
    expect(verdict?.reason).to.contain('192.0.2.11 (TCP port 80) could not be reached').and.not.contain('last seen');
    expect(verdict?.remedy).not.to.contain('ping');
  });

  it('goes on from the last run before the first look, else waits for it', () => {
    expect(denialOf(known({ seen: undefined, why: undefined, unseenForMs: 3 * MINUTE }))).to.equal(undefined);
    expect(denialOf(known({ seen: undefined, why: undefined, unseenForMs: undefined }))?.reason).to.contain('is looking for');
  });

  it('says what to set where nothing is configured, even if a device was seen', () => {
    const verdict = denialOf(known({ device: { address: '', port: 0, mac: '' }, unseenForMs: 0 }));
    expect(verdict?.remedy).to.contain('licensing.device.address').and.contain('licensing.device.port');
  });
});
