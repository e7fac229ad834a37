// A hook reports failures itself: its callers have nothing to remember.
import type { MailView, RelayDestinations, SortPlan } from '@postroom/sdk';
import { createSortPlan } from '@postroom/sdk/mail';
import { expect } from 'chai';
import type { CallReporter } from '#core/hooking/callReports.js';
import { HookCall, type HookStep } from '#core/hooking/hookCall.js';
import { createHooks } from '#core/hooks/hooks.js';

const ACCOUNT = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.example', domains: [], users: [] };
const fails = (): never => {
  throw new Error('no luck');
};

describe('a hook that is called', () => {
  let hooks: ReturnType<typeof createHooks>;
  /** `went well`, `failed` and `shown`, each with the plugin and the message. */
  let told: string[];

  beforeEach(() => {
    hooks = createHooks();
    told = [];
    const reporter: CallReporter = {
      noteCall: (steps, message) => {
        for (const { plugin, failure } of steps) told.push(`${failure === undefined ? 'went well' : 'failed'}: ${plugin} over ${message}`);
      },
      tapFailed: ({ plugin, message: sentence }, message) => void told.push(`failed: ${plugin} over ${message}: ${sentence}`),
      noteProblem: (plugin, sentence) => void told.push(`shown: ${plugin}: ${sentence}`),
    };
    for (const hook of Object.values(hooks)) hook.reportTo(reporter);
    const declaration = { hook: 'onSort', name: 'tap', stage: 'route' } as const;
    hooks.onSort.add({ plugin: 'a.good', declaration }, () => undefined);
    hooks.onSort.add({ plugin: 'b.bad', declaration }, fails);
  });

  const mail = (more: Partial<MailView> = {}): MailView => ({ id: '7', rehearsal: false, ...more }) as MailView;
  const sort = (view: MailView, call = new HookCall()): Promise<SortPlan | undefined> =>
    hooks.onSort.promise(createSortPlan(ACCOUNT), view, call);
  const relay = (...recipients: readonly string[]): RelayDestinations =>
    ({ kind: 'relay', recipients: recipients.map((address) => ({ address })) }) as unknown as RelayDestinations;

  it('reports once for each tap, with the message, what failed and what went well', async () => {
    await sort(mail());
    expect(told).to.deep.equal(['went well: a.good over 7', 'failed: b.bad over 7']);
  });

  it('reports nothing of a rehearsal, whatever its taps do', async () => {
    const call = new HookCall();
    await sort(mail({ rehearsal: true }), call);
    expect(call.failures, 'the caller sees it').to.have.length(1);
    const [step] = call.steps as [HookStep];
    hooks.onSort.blame(step, 'There is no such mailbox.', mail({ rehearsal: true }));
    expect(told).to.deep.equal([]);
  });

  it('reports nothing of a call that was cancelled, nor of one whose caller knows a better reason', async () => {
    await sort(mail(), new HookCall(AbortSignal.abort(new Error('The server stops.'))));
    await sort(mail(), new HookCall(undefined, { isExcused: () => true }));
    expect(told).to.deep.equal([]);
    await sort(mail(), new HookCall(new AbortController().signal, { isExcused: () => false }));
    expect(told).to.have.length(2);
  });

  it('counts an answer that the caller could not use as a failure of the tap', async () => {
    const call = new HookCall();
    await sort(mail({ id: '8' }), call);
    told = [];
    hooks.onSort.blame(call.steps[0] as HookStep, 'There is no mailbox nobody.', mail({ id: '8' }));
    expect(told).to.deep.equal(['failed: a.good over 8: a.good/tap: There is no mailbox nobody.']);
  });

  it('shows a failure of the licence and counts none, as what may say no must not be switched off', () => {
    const declaration = { hook: 'onLicenseCheck', name: 'grant', stage: 'grant' } as const;
    hooks.onLicenseCheck.add({ plugin: 'a.lite', declaration }, fails);
    expect(() => hooks.onLicenseCheck.call({ kind: 'run' }, new HookCall())).to.throw('no luck');
    expect(told).to.deep.equal(['shown: a.lite: a.lite/grant failed: no luck']);
  });

  it('shows a failure of a preview and counts none', async () => {
    hooks.onSchedule.add({ plugin: 'a.timer', declaration: { hook: 'onSchedule', name: 'plan', stage: 'plan' } }, fails);
    const now = { now: new Date(0), outbox: 0, lastRound: undefined, timeZone: 'UTC' };
    await hooks.onSchedule.promise({ rounds: [] }, now, new HookCall(undefined, { isPreview: true }));
    expect(told).to.deep.equal(['shown: a.timer: a.timer/plan failed: no luck']);
    await hooks.onSchedule.promise({ rounds: [] }, now, new HookCall());
    expect(told.slice(1)).to.deep.equal(['failed: a.timer over undefined']);
  });

  it('shows that a plugin answered for whom it was not asked about, and uses the rest', async () => {
    const said = (recipient: string) => ({ recipient, outcome: 'delivered', status: '2.0.0', text: 'ok' }) as const;
    const receipt = ['a@x.example', 'b@x.example', 'c@x.example'].map(said);
    hooks.onDeliver.add({ plugin: 'a.relay', declaration: { hook: 'onDeliver', name: 'send', announcesEndOfData: true } }, () => receipt);
    expect(await hooks.onDeliver.promise({ mail: mail(), to: relay('a@x.example') }, new HookCall())).to.equal(receipt);
    expect(told).to.deep.equal([
      "shown: a.relay: a.relay answered for b@x.example and 1 more and was not asked about that. It was ignored; the plugin's author has to mend it.",
      'went well: a.relay over 7',
    ]);
    told = [];
    const to = { kind: 'mailboxes', mailboxes: [{ account: 'company', user: 'andrew' }] } as const;
    const drop = createHooks().onDeliver;
    drop.add({ plugin: 'a.drop', declaration: { hook: 'onDeliver', name: 'put' } }, () => [said('andrew@company')]);
    drop.reportTo({
      noteCall: () => undefined,
      tapFailed: () => undefined,
      noteProblem: (plugin, sentence) => void told.push(`${plugin}: ${sentence}`),
    });
    await drop.promise({ mail: mail(), to }, new HookCall());
    expect(told, 'a mailbox is named by its name').to.deep.equal([]);
  });

  it('reports what the taps that look back did, too', async () => {
    hooks.onDeliver.add({ plugin: 'a.look', declaration: { hook: 'onDeliver', name: 'look', stage: 'outcome' } }, fails);
    await hooks.onDeliver.tell({ mail: mail(), to: relay('a@x.example'), receipt: [] }, new HookCall());
    expect(told).to.deep.equal(['failed: a.look over 7']);
  });
});
