import { expect } from 'chai';
import { Office, SharedStore } from './watchedOffice.js';

const MINUTE = 60_000;

describe('the device of an office with two servers on one store', () => {
  let store: SharedStore;
  let a: Office;
  let b: Office;
  const start = async (name: string, present: boolean): Promise<Office> => {
    const office = new Office(store, name);
    office.present = present;
    await office.watch.start();
    await office.watch.lookNow();
    return office;
  };

  beforeEach(async () => {
    store = new SharedStore();
    a = await start('a', true);
    b = await start('b', false);
  });
  afterEach(async () => {
    await a.watch.dispose();
    await b.watch.dispose();
    expect(store.clock.pending).to.equal(0);
  });

  it('is seen for both where one sees it, for as long as that one does', async () => {
    await store.clock.advance(60 * MINUTE);
    expect([a.satisfied, b.satisfied]).to.deep.equal([true, true]);
    for (const office of [a, b]) expect(office.watch.status()).to.deep.include({ satisfied: true, seenBy: ['a'] });
    expect([a.watch.status().seen, b.watch.status().seen]).to.deep.equal([true, false]);
    expect(b.log.at(-1)).to.equal('The network device is not seen: 192.0.2.11 did not answer. The server a sees it, which is enough.');
  });

  it('is seen by both where both see it', async () => {
    b.present = true;
    await store.clock.advance(2 * MINUTE);
    for (const office of [a, b]) expect(office.watch.status().seenBy).to.deep.equal(['a', 'b']);
  });

  it('is seen for neither where none sees it, after the grace', async () => {
    a.present = false;
    await store.clock.advance(9 * MINUTE);
    expect([a.satisfied, b.satisfied]).to.deep.equal([true, true]);
    await store.clock.advance(2 * MINUTE);
    expect([a.satisfied, b.satisfied]).to.deep.equal([false, false]);
    expect(b.watch.verdict()).to.have.property('reason').that.contains('No other server on its store sees it either. It was last seen');
    b.present = true;
    await store.clock.advance(2 * MINUTE);
    expect([a.satisfied, b.satisfied]).to.deep.equal([true, true]);
    expect(a.watch.status()).to.deep.include({ seen: false, seenBy: ['b'] });
  });

  it('is not seen by a server that is not heard of any more, or that stopped', async () => {
    store.leases.end('a');
    await store.clock.advance(11 * MINUTE);
    expect(b.satisfied).to.equal(false);
    const c = await start('c', true);
    await b.watch.lookNow();
    expect(b.satisfied).to.equal(true);
    await c.watch.dispose();
    await store.clock.advance(11 * MINUTE);
    expect(b.satisfied).to.equal(false);
  });

  it('counts the minutes of grace by no clock that people set', async () => {
    store.clock.jump(-400 * 24 * 60 * MINUTE);
    await store.clock.advance(MINUTE);
    expect(b.satisfied).to.equal(true);
    a.present = false;
    await store.clock.advance(MINUTE);
    store.clock.jump(800 * 24 * 60 * MINUTE);
    await store.clock.advance(8 * MINUTE);
    expect(b.satisfied).to.equal(true);
    await store.clock.advance(2 * MINUTE);
    expect(b.satisfied).to.equal(false);
  });

  it('is another one after it was set anew: what the others saw before does not count', async () => {
    b.values['licensing.device.address'] = '192.0.2.12';
    b.watch.reconfigure();
    await b.watch.lookNow();
    expect(b.satisfied).to.equal(false);
    a.values['licensing.device.address'] = '192.0.2.12';
    a.present = false;
    a.watch.reconfigure();
    await store.clock.advance(5 * MINUTE);
    expect([a.satisfied, b.satisfied]).to.deep.equal([false, false]);
    a.present = true;
    await store.clock.advance(2 * MINUTE);
    expect([a.satisfied, b.satisfied]).to.deep.equal([true, true]);
  });

  it('is remembered by each server for itself, over a restart', async () => {
    await store.clock.advance(MINUTE);
    await a.restart();
    await b.restart();
    expect([a.watch.status().history.map(({ seen }) => seen), b.watch.status().history.map(({ seen }) => seen)]).to.deep.equal([
      [true],
      [false],
    ]);
    expect([a.satisfied, b.satisfied]).to.deep.equal([true, true]);
  });

  it('leaves a server at peace that knows of no device itself', async () => {
    b.values['licensing.device.address'] = '';
    b.watch.reconfigure();
    await store.clock.advance(2 * MINUTE);
    expect(b.watch.status()).to.deep.include({ address: '', satisfied: true, seenBy: ['a'] });
  });
});
