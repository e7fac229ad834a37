import { expect } from 'chai';
import { Office } from './watchedOffice.js';

const MINUTE = 60_000;
describe('the watch over the device', () => {
  let office: Office;
  beforeEach(async () => {
    office = new Office();
    await office.watch.start();
    await office.clock.advance(0);
  });
  afterEach(() => office.watch.dispose());

  it('looks at the start and every minute', async () => {
    expect(office.looks).to.equal(1);
    await office.clock.advance(5 * MINUTE);
    expect(office.looks).to.equal(6);
  });

  it('goes on for ten minutes without the device, then stops, and resumes by itself', async () => {
    office.present = false;
    await office.clock.advance(9 * MINUTE + 59_000);
    expect(office.satisfied).to.equal(true);
    office.changes = 0;
    await office.clock.advance(2_000);
    expect([office.satisfied, office.changes]).to.deep.equal([false, 1]);
    office.present = true;
    await office.clock.advance(MINUTE);
    expect([office.satisfied, office.changes]).to.deep.equal([true, 2]);
  });

  it('lets Postroom work as soon as the device is seen, however slow the disk is; its end waits for the disk', async () => {
    let write: () => void = () => undefined;
    office.values['licensing.device.address'] = '192.0.2.12';
    office.state.written = new Promise((resolve) => {
      write = resolve;
    });
    const { changes } = office;
    await office.restart();
    await office.clock.advance(0);
    expect([office.satisfied, office.changes - changes, office.watch.status().seen]).to.deep.equal([true, 1, true]);
    let ended = false;
    const end = office.watch.dispose().then(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).to.equal(false);
    write();
    await end;
  });

  it('tells the host only where its answer changes', async () => {
    office.changes = 0;
    await office.clock.advance(5 * MINUTE);
    office.present = false;
    await office.clock.advance(5 * MINUTE);
    expect(office.changes).to.equal(0);
    await office.clock.advance(60 * MINUTE);
    expect(office.changes).to.equal(1);
  });

  it('goes on from the last run within the grace', async () => {
    office.present = false;
    await office.watch.dispose();
    await office.clock.advance(4 * MINUTE);
    await office.restart();
    expect([office.satisfied, office.watch.inGrace]).to.deep.equal([true, true]);
    await office.clock.advance(5 * MINUTE + 59_000);
    expect(office.satisfied).to.equal(true);
    await office.clock.advance(2_000);
    expect(office.satisfied).to.equal(false);
  });

  it('does not run after a restart when the grace is over', async () => {
    office.present = false;
    await office.watch.dispose();
    await office.clock.advance(11 * MINUTE);
    await office.restart();
    await office.clock.advance(0);
    expect(office.satisfied).to.equal(false);
  });

  it('counts the grace on a clock that does not jump (F41)', async () => {
    office.present = false;
    office.clock.jump(400 * 24 * 60 * MINUTE);
    await office.clock.advance(5 * MINUTE);
    expect(office.satisfied).to.equal(true);
    office.clock.jump(-800 * 24 * 60 * MINUTE);
    await office.clock.advance(6 * MINUTE);
    expect(office.satisfied).to.equal(false);
  });

  it('gives no more than the grace where the clock was set back between two runs (F41)', async () => {
    office.present = false;
    await office.watch.dispose();
    office.clock.jump(-24 * 60 * MINUTE);
    await office.restart();
    expect(office.satisfied).to.equal(true);
    await office.clock.advance(10 * MINUTE + 1_000);
    expect(office.satisfied).to.equal(false);
  });

  it('takes a device at another address for one that was never seen', async () => {
    office.present = false;
    office.changes = 0;
    office.values['licensing.device.address'] = '192.0.2.12';
    office.watch.reconfigure();
    expect([office.satisfied, office.changes]).to.deep.equal([false, 1]);
    office.present = true;
    await office.watch.lookNow();
    await office.clock.advance(MINUTE);
    expect(office.satisfied).to.equal(true);
  });

  it('applies a shorter grace at once', async () => {
    office.present = false;
    await office.clock.advance(5 * MINUTE);
    office.values['licensing.device.graceMinutes'] = 3;
    office.changes = 0;
    office.watch.reconfigure();
    expect([office.satisfied, office.changes]).to.deep.equal([false, 1]);
  });

  it('never looks where nothing is configured', async () => {
    const looks = office.looks;
    office.values['licensing.device.address'] = '';
    office.watch.reconfigure();
    await office.clock.advance(10 * MINUTE);
    expect(office.looks).to.equal(looks);
    expect(office.watch.verdict()?.granted).to.equal(false);
  });

  it('remembers the last fifty comings and goings', async () => {
    for (let times = 0; times < 60; times += 1) {
      office.present = !office.present;
      await office.clock.advance(MINUTE);
    }
    const { history, since, lastSeen } = office.watch.status();
    expect(history).to.have.length(50);
    expect(history.at(-1)).to.deep.equal({ at: since, seen: true });
    expect(history.at(-2)).to.include({ seen: false, why: 'did not answer' });
    expect(lastSeen).to.equal(since);
    await office.restart();
    expect(office.watch.status().history).to.have.length(50);
  });

  it('leaves no timer behind where the device was changed and changed back while a look was under way', async () => {
    void office.watch.lookNow();
    for (const address of ['192.0.2.12', '192.0.2.11']) {
      office.values['licensing.device.address'] = address;
      office.watch.reconfigure();
    }
    await office.clock.advance(0);
    expect(office.clock.pending).to.equal(1);
    await office.watch.dispose();
    expect(office.clock.pending).to.equal(0);
  });

  it('leaves no timer behind', async () => {
    await office.watch.dispose();
    expect(office.clock.pending).to.equal(0);
  });
});
