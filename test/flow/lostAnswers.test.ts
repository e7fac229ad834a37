// The answer to a commit is lost, as where the line to a database breaks: nothing is lost by that, and nothing comes twice.
import '#core/base/injection.js';
import { PostroomError } from '@postroom/sdk';
import { MailStore, Outbox } from '@postroom/sdk/services';
import { leakCheck, type VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

const FAR = 'ruth@customer.example';
const HALF_A_MINUTE = 30_000;

onEachStore('where the answer to a commit is lost', 'short', (place) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  let outcome: MailStore['outcome'];
  /** How often the store was asked in vain. */
  let asked: number;
  beforeEach(async () => {
    clock = place.clock();
    asked = 0;
    office = await place.start({ clock });
    const store = office.service(MailStore);
    outcome = store.outcome.bind(store);
  });
  afterEach(() => office.stop());

  /** Of the next commit; `ask`: whether the store can be asked what became of it. */
  function lose(what: 'stored' | 'not stored', ask: 'at once' | 'not yet'): void {
    const store = office.service(MailStore);
    const commit = store.commit.bind(store);
    store.commit = async (unit) => {
      store.commit = commit;
      if (what === 'stored') await commit(unit);
      throw new PostroomError('store/unknown', 'The line to the database broke.');
    };
    if (ask === 'at once') return;
    store.outcome = () => {
      asked += 1;
      return Promise.reject(new PostroomError('store/unreachable', 'It is away.'));
    };
  }
  const mend = (): void => {
    office.service(MailStore).outcome = outcome;
  };
  /** Half a minute passes once the store was asked. */
  async function inVain<T>(work: Promise<T>): Promise<T> {
    const before = asked;
    await until('the store is asked', () => asked > before);
    await clock.advance(HALF_A_MINUTE);
    return work;
  }

  const text = letter({ from: REGULAR, to: `${FAR}, greg <${REGULAR}>`, subject: 'Once' });
  const send = (): Promise<string> => office.submit('andrew', [FAR, REGULAR], text);
  const inOutbox = async (): Promise<readonly string[]> => (await office.service(Outbox).list()).map(({ recipient }) => recipient);

  it('a client hears 250 where the message is stored, and it is there once', async () => {
    lose('stored', 'at once');
    expect(await send()).to.match(/^250 /);
    expect(await office.subjects('greg')).to.deep.equal(['Once']);
    expect(await inOutbox()).to.deep.equal([FAR]);
  });

  it('a client is told to try again where nothing of it is, and its next try is a new one', async () => {
    lose('not stored', 'at once');
    expect(await send()).to.match(/^451 /);
    expect(await inOutbox()).to.deep.equal([]);
    expect(await send()).to.match(/^250 /);
    expect(await office.subjects('greg')).to.deep.equal(['Once']);
  });

  it('a client that was told to try again, as nobody knew, has its message here once', async () => {
    lose('stored', 'not yet');
    expect(await inVain(send())).to.match(/^451 /);
    expect(await inVain(send()), 'still unknown').to.match(/^451 /);
    mend();
    expect(await send()).to.match(/^250 /);
    expect(await office.subjects('greg')).to.deep.equal(['Once']);
    expect(await inOutbox()).to.deep.equal([FAR]);
    expect((await office.round()).sent).to.equal(1);
    expect(office.isp.outgoing).to.have.length(1);
  });

  it('collected mail stays at the ISP, and is here once after the next round', async () => {
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Collected' }));
    lose('stored', 'not yet');
    const report = await inVain(office.round());
    expect(report.accounts[0]?.failed).to.have.length(1);
    expect(office.isp.mailbox('mail').messages).to.have.length(1);
    mend();
    await office.round();
    expect(office.isp.mailbox('mail').messages).to.deep.equal([]);
    expect(await office.subjects('andrew')).to.deep.equal(['Collected']);
  });

  it('a server that stops waits for no answer', async () => {
    lose('stored', 'not yet');
    const sending = send().catch((error: unknown) => error);
    await until('the store is asked', () => asked > 0);
    await office.close();
    await sending;
    expect(asked, 'the clock stood still').to.equal(1);
    await office.open();
    expect(await office.subjects('greg')).to.deep.equal(['Once']);
  });
});
