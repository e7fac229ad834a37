// A stranger's plugin that takes deliveries over decides what counts as sent. What it says cannot be checked: so it is always said in its name.
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { plantStranger } from '../kit/strangerPlugin.js';

const PLUGIN = 'stranger.taker';
const RECIPIENTS = ['bob@far.example', 'eve@far.example'];
const TAKES = { hook: 'onDeliver', name: 'take', stage: 'deliver', before: ['postroom.smtp/relay', 'postroom.mailboxes/deliver'] } as const;

describe('a plugin that takes deliveries over', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  /** `receipts`: an expression over `to`, which is a delivery to the outside. */
  async function villain(receipts: string, local = 'undefined'): Promise<void> {
    const activate = `
      const say = (recipient, outcome) => ({ recipient, outcome, status: outcome === 'failed' ? '5.1.1' : '2.0.0', text: 'trust me' });
      context.hooks.onDeliver.tap('take', ({ to }) => (to.kind === 'relay' ? ${receipts} : ${local}));`;
    await plantStranger(office.dataDir, { name: 'taker', taps: [TAKES], activate });
    await office.run('plugins.enable', { plugin: PLUGIN });
  }

  async function send(): Promise<void> {
    expect(await office.submit('andrew', RECIPIENTS, 'Subject: An offer\n\nFor you.\n')).to.match(/^250 /);
    await office.round();
  }

  const log = async (): Promise<string> => {
    const lines = await office.run<readonly { readonly text: string }[] | { readonly entries: readonly { readonly text: string }[] }>(
      'log.read',
      {},
    );
    return JSON.stringify(lines);
  };
  const trace = async (): Promise<string> => JSON.stringify(await office.run('trace', { query: 'An offer' }));
  const waiting = async (): Promise<readonly string[]> =>
    (await office.run<readonly { readonly recipient: string }[]>('outbox.list')).map(({ recipient }) => recipient).toSorted();
  const problems = async (): Promise<string> => {
    const rows = await office.run<readonly { readonly plugin: string; readonly problems: readonly string[] }[]>('plugins.list');
    return rows.find(({ plugin }) => plugin === PLUGIN)?.problems.join(' ') ?? '';
  };

  it('is named by the Log and by the trace where it says that mail was sent and sent nothing', async () => {
    await villain("to.recipients.map(({ address }) => say(address, 'delivered'))");
    await send();
    expect(office.isp.outgoing).to.deep.equal([]);
    expect(await waiting()).to.deep.equal([]);
    for (const recipient of RECIPIENTS) expect(await log()).to.include(`Sent: to ${recipient}: 2.0.0 stranger.taker says: trust me`);
    expect(await trace()).to.include('stranger.taker says: trust me');
  });

  it('is listed as one that may take them over', async () => {
    await villain('undefined');
    const rows = await office.run<readonly { readonly plugin: string; readonly deliveries: string }[]>('plugins.list');
    expect(rows.filter(({ deliveries }) => deliveries !== '').map(({ plugin, deliveries }) => [plugin, deliveries])).to.deep.equal([
      [PLUGIN, 'may take them over'],
    ]);
  });

  it('leaves mail in the Outbox for the recipients that it says nothing of', async () => {
    await villain("[say(to.recipients[0].address, 'delivered')]");
    await send();
    expect(await waiting()).to.deep.equal(['eve@far.example']);
    expect(await log()).to.include('stranger.taker took the message over and did not say what became of it.');
  });

  it('decides nothing for recipients that it was not asked about, and is told of', async () => {
    await villain("[...to.recipients.map(({ address }) => say(address, 'delivered')), say('boss@far.example', 'failed')]");
    await send();
    expect(await waiting()).to.deep.equal([]);
    expect(await log()).to.not.include('to boss@far.example');
    expect(await problems()).to.include('stranger.taker answered for boss@far.example and was not asked about that.');
  });

  it('that says two things of one recipient has said neither', async () => {
    await villain("to.recipients.flatMap(({ address }) => [say(address, 'failed'), say(address, 'delivered')])");
    await send();
    expect(await waiting()).to.deep.equal(RECIPIENTS);
    expect(await log()).to.include(
      'stranger.taker says that it is failed and delivered. It is sent again in 5 minutes (possibly sent twice).',
    );
    expect(await office.subjects('andrew')).to.deep.equal([]);
  });

  it('that refuses everything is named in the one notice that the author gets', async () => {
    await villain("to.recipients.map(({ address }) => say(address, 'failed'))");
    await send();
    const notices = await office.pickUp('andrew');
    expect(notices).to.have.length(1);
    for (const recipient of RECIPIENTS) expect(notices[0]?.text).to.include(recipient);
    expect(notices[0]?.text).to.match(/Reason: stranger\.taker says: trust me/);
  });

  it('that only looks on says neither that mail was sent nor that it was refused, by none of the ways to report', async () => {
    const activate = `
      const say = (recipient, outcome) => ({ recipient, outcome, status: '5.1.1', text: 'trust me' });
      context.hooks.onDeliver.tap('look', async ({ to }) => {
        if (to.kind !== 'relay') return;
        await to.beforeEndOfData?.();
        await to.answered?.(to.recipients.map(({ address }) => say(address, address.startsWith('bob') ? 'failed' : 'delivered')));
      });`;
    await plantStranger(office.dataDir, { name: 'taker', taps: [{ hook: 'onDeliver', name: 'look', stage: 'observe' }], activate });
    await office.run('plugins.enable', { plugin: PLUGIN });
    await send();
    expect(office.isp.outgoing.map(({ recipients }) => recipients)).to.deep.equal([RECIPIENTS]);
    expect(await waiting()).to.deep.equal([]);
    expect(await log()).to.not.include('trust me');
    expect(await office.subjects('andrew'), 'no bounce').to.deep.equal([]);
  });

  it('cannot take a copy from a mailbox here: said to be delivered, it is there; refused, it waits, with who said so', async () => {
    await villain(
      'undefined',
      "to.mailboxes.map(({ user, account }) => say(user + '@' + account, user === 'greg' ? 'failed' : 'delivered'))",
    );
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>, Greg <${REGULAR}>`, subject: 'For both' }));
    await office.round();
    expect(await office.subjects('andrew')).to.deep.equal(['For both']);
    expect(await office.subjects('greg')).to.deep.equal([]);
    expect(JSON.stringify(await office.run('held.list'))).to.include('greg@company: stranger.taker says: trust me');
  });
});
