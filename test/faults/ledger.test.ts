import { ANDREW, outboxDraft, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { StoreFixture } from '../plugins/platform/store-sqlite/storeFixture.js';
import { Ledger } from './ledger.js';

describe('The ledger of the fault runs', () => {
  let fixture: StoreFixture;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
  });
  afterEach(() => fixture.dispose());

  it('finds a message that is missing, once', async () => {
    await fixture.open();
    const ledger = new Ledger();
    ledger.expect('a@x', { mailboxes: ['company/andrew'], life: 1 });
    expect(await ledger.judge(fixture.folder, 0)).to.deep.equal({ lost: ['a@x is not in company/andrew'], doubled: [], stalled: [] });
    expect((await ledger.judge(fixture.folder, 0)).lost).to.deep.equal([]);
  });

  it('finds a message that came twice, other octets, and a copy that went by itself', async () => {
    const store = await fixture.open();
    for (let n = 0; n < 2; n += 1) await put(store, { to: [ANDREW], message: { messageId: 'a@x' } });
    await put(store, { to: [ANDREW], text: 'Subject: b\r\n\r\n', message: { messageId: 'b@x' } });
    const maildrop = await store.maildrops.open(ANDREW);
    if (maildrop !== 'in-use') await maildrop.remove([3]);
    const ledger = new Ledger();
    ledger.expect('a@x', { mailboxes: ['company/andrew'], life: 1 });
    ledger.expect('b@x', { mailboxes: ['company/andrew'], octets: Buffer.from('other'), life: 1 });
    const verdict = await ledger.judge(fixture.folder, 0);
    expect(verdict.doubled).to.deep.equal(['a@x is 2 times in company/andrew']);
    expect(verdict.lost).to.deep.equal(['b@x has other octets', 'b@x vanished from company/andrew though nobody deleted it']);
  });

  it('allows one second copy outside where the answer was cut off, and no other', async () => {
    await fixture.open();
    const ledger = new Ledger();
    ledger.expect('a@x', { outside: ['out@far.example'], life: 1 });
    ledger.received('out@far.example', 'a@x');
    expect(ledger.openWindows(['out@far.example'])).to.equal(1);
    ledger.received('out@far.example', 'a@x');
    expect(await ledger.judge(fixture.folder, 0)).to.deep.equal({ lost: [], doubled: [], stalled: [] });
    expect(ledger.doubledInWindow).to.equal(1);
    ledger.received('out@far.example', 'a@x');
    expect((await ledger.judge(fixture.folder, 0)).doubled).to.deep.equal(['a@x went 3 times to out@far.example']);
  });

  it('finds mail that somebody is shown who is not to have it, or had deleted it', async () => {
    const store = await fixture.open();
    await put(store, { to: [ANDREW], message: { messageId: 'a@x' } });
    const ledger = new Ledger();
    ledger.expect('a@x', { mailboxes: ['company/greg'], life: 1 });
    const verdict = await ledger.judge(fixture.folder, 0);
    expect(verdict.doubled).to.deep.equal(['a@x is in company/andrew, which is not to have it']);
    expect(ledger.seen('a@x', 'company/andrew')).to.equal('company/andrew is shown a@x, which is not for it');
    expect(ledger.seen('a@x', 'company/greg')).to.equal(undefined);
    ledger.removed('a@x', 'company/greg', 'confirmed');
    ledger.removed('a@x', 'company/greg', 'open');
    expect(ledger.seen('a@x', 'company/greg')).to.equal('company/greg is shown a@x, which was deleted there');
  });

  it('finds a copy that went though its server said that it had not', async () => {
    const store = await fixture.open();
    await put(store, { to: [ANDREW], message: { messageId: 'a@x' } });
    const ledger = new Ledger();
    ledger.expect('a@x', { mailboxes: ['company/andrew'], life: 1 });
    ledger.removed('a@x', 'company/andrew', 'open');
    const maildrop = await store.maildrops.open(ANDREW);
    if (maildrop !== 'in-use') await maildrop.remove([1]);
    expect((await ledger.judge(fixture.folder, 0)).lost).to.deep.equal([]);
    ledger.notRemoved('a@x', 'company/andrew');
    expect((await ledger.judge(fixture.folder, 0)).lost).to.deep.equal(['a@x vanished from company/andrew though nobody deleted it']);
  });

  it('allows as many tries as a server was in doubt of', async () => {
    await fixture.open();
    const ledger = new Ledger();
    ledger.expect('a@x', { outside: ['out@far.example'], life: 1 });
    for (let time = 0; time < 2; time += 1) ledger.received('out@far.example', 'a@x');
    ledger.openWindow('out@far.example', 1);
    expect((await ledger.judge(fixture.folder, 0)).doubled).to.deep.equal([]);
    ledger.received('out@far.example', 'a@x');
    expect((await ledger.judge(fixture.folder, 0)).doubled).to.deep.equal(['a@x went 3 times to out@far.example']);
  });

  it('finds mail that does not get on', async () => {
    const store = await fixture.open();
    await put(store, { outbox: [outboxDraft('out@far.example')], message: { messageId: 'a@x' } });
    await put(store, { message: { messageId: 'b@x', disposition: 'hold' } });
    const { stalled } = await new Ledger().judge(fixture.folder, 2);
    expect(stalled).to.deep.equal(['2 messages are still at the ISP', 'mail to out@far.example still waits', 'b@x is set aside']);
  });
});
