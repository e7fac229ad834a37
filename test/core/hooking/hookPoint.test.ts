import type { TapDeclaration } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncBailHook } from 'tapable';
import { HookCall } from '#core/hooking/hookCall.js';
import { HookPoint } from '#core/hooking/hookPoint.js';
import { type HookPointOptions, TapFailed } from '#core/hooking/tapCalls.js';

type Handler = (value: string) => string | undefined | Promise<string | undefined>;

const OPTIONS: HookPointOptions<string> = {
  timeoutMs: 5_000,
  onFailure: 'continue',
  check: (answer) => (typeof answer === 'string' ? undefined : 'no text'),
};

function waterfall(): HookPoint<Handler, [string], string> {
  return new HookPoint('onSort', () => new AsyncSeriesWaterfallHook<[string, HookCall], string>(['value', 'call']), OPTIONS);
}

function bail(options: Partial<HookPointOptions<string>> = {}): HookPoint<Handler, [string], string> {
  const make = (): never => new AsyncSeriesBailHook<[string, HookCall], string>(['value', 'call']) as never;
  return new HookPoint('onDeliver', make, { ...OPTIONS, onFailure: 'stop', ...options });
}

const tap = (plugin: string, declaration: Partial<TapDeclaration> = {}): { plugin: string; declaration: TapDeclaration } => ({
  plugin,
  declaration: { hook: 'onSort', name: 'tap', stage: 'route', ...declaration },
});

/** A handler that waits to be let go. */
function gate(): { readonly handler: Handler; readonly entered: Promise<void>; readonly open: () => void } {
  let enter: () => void = () => undefined;
  let leave: () => void = () => undefined;
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const handler = async (value: string): Promise<string> => {
    enter();
    await left;
    return `${value} gate`;
  };
  return { handler, entered, open: leave };
}

describe('a hook while the program runs', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('calls the taps in order, each with the answer of the one before, and keeps what each did', async () => {
    const hook = waterfall();
    hook.add(tap('b.x'), (value) => `${value} b`);
    hook.add(tap('c.x'), () => undefined);
    hook.add(tap('a.x'), async (value) => `${value} a`);
    const call = new HookCall();
    expect(await hook.promise('start', call)).to.equal('start a b');
    expect(call.steps.map(({ tap: name, before, answer }) => [name, before, answer])).to.deep.equal([
      ['a.x/tap', 'start', 'start a'],
      ['b.x/tap', 'start a', 'start a b'],
      ['c.x/tap', 'start a b', undefined],
    ]);
  });

  it('goes on without a tap that failed, and says which', async () => {
    const hook = waterfall();
    hook.add(tap('a.x', { onError: 'skip' }), () => {
      throw new Error('broken');
    });
    hook.add(tap('b.x'), (value) => `${value} b`);
    const call = new HookCall();
    expect(await hook.promise('start', call)).to.equal('start b');
    expect(call.failures.map(({ tap: name, message }) => [name, message])).to.deep.equal([['a.x/tap', 'a.x/tap failed: broken']]);
    expect(call.steps.map(({ onError }) => onError)).to.deep.equal(['skip', 'hold']);
  });

  it('of the bail kind takes the first answer, and stops at a failure, so that nobody else tries', async () => {
    const hook = bail();
    let tried = 0;
    hook.add(tap('a.x', { stage: 'deliver' }), () => undefined);
    const failing = hook.add(tap('b.x', { stage: 'deliver' }), () => {
      throw new Error('half done');
    });
    hook.add(tap('c.x', { stage: 'deliver' }), () => {
      tried += 1;
      return 'delivered';
    });
    const failure = await hook.promise('mail', new HookCall()).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TapFailed);
    expect((failure as TapFailed).failure).to.include({ plugin: 'b.x', message: 'b.x/tap failed: half done' });
    expect(tried).to.equal(0);
    await failing.dispose();
    expect(await hook.promise('mail', new HookCall())).to.equal('delivered');
  });

  it('of the synchronous kind answers at once', () => {
    const make = (): never => new SyncBailHook<[string, HookCall], string>(['value', 'call']) as never;
    const hook = new HookPoint<Handler, [string], string>('onLicenseCheck', make, { ...OPTIONS, sync: true, timeoutMs: 0 });
    hook.add(tap('b.x', { stage: 'grant' }), () => 'granted');
    hook.add(tap('a.x', { stage: 'require' }), () => Promise.resolve('never'));
    const call = new HookCall();
    expect(hook.call('run', call)).to.equal('granted');
    expect(call.failures[0]).to.include({ code: 'plugin/bad-answer', plugin: 'a.x' });
  });

  it('lets a call that is under way finish with the taps it began with', async () => {
    const hook = waterfall();
    const { handler, entered, open } = gate();
    hook.add(tap('a.x'), handler);
    const second = hook.add(tap('b.x'), (value) => `${value} b`);
    const before = new HookCall();
    const running = hook.promise('one', before);
    await entered;
    await second.dispose();
    hook.add(tap('c.x'), (value) => `${value} c`);
    const after = new HookCall();
    const next = hook.promise('two', after);
    open();
    expect(await running).to.equal('one gate b');
    expect(await next).to.equal('two gate c');
    expect(after.build).to.equal(before.build + 2);
    expect(hook.build).to.equal(after.build);
  });

  it('drains: waits for every call that can still reach a plugin, and for no other', async () => {
    const hook = waterfall();
    const { handler, entered, open } = gate();
    const leaving = hook.add(tap('a.x'), handler);
    hook.add(tap('b.x'), (value) => value);
    const running = hook.promise('one', new HookCall());
    await entered;
    await leaving.dispose();
    await hook.drain('stranger.x');
    expect(await hook.promise('two', new HookCall()), 'new calls do not wait').to.equal('two');
    let drained = false;
    const draining = hook.drain('a.x').then(() => {
      drained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).to.equal(false);
    open();
    await running;
    await draining;
    await hook.drain('a.x');
  });

  it('refuses a tap that would close a circle, prints the path and stays as it was', async () => {
    const hook = waterfall();
    hook.add(tap('a.x', { before: ['b.x'] }), (value) => `${value} a`);
    expect(() => hook.add(tap('b.x', { before: ['a.x'] }), (value) => value)).to.throw(
      /b\.x\/tap cannot be placed in onSort: .*\/tap < .*\/tap < .*\/tap is a circle/,
    );
    expect(await hook.promise('start', new HookCall())).to.equal('start a');
  });

  it("counts each tap's calls and failures as long as the tap is there", async () => {
    const hook = waterfall();
    hook.add(tap('acme.good'), (value) => `${value}!`);
    const bad = hook.add(tap('acme.bad'), () => {
      throw new Error('no');
    });
    await hook.promise('a', new HookCall());
    await hook.promise('b', new HookCall());
    expect(hook.figures.get('acme.good/tap')).to.include({ calls: 2, failures: 0 });
    expect(hook.figures.get('acme.bad/tap')).to.include({ calls: 2, failures: 2 });
    expect(hook.figures.get('acme.good/tap')?.medianMs).to.be.a('number');
    await bad.dispose();
    expect([...hook.figures.keys()]).to.deep.equal(['acme.good/tap']);
  });

  it('tells the taps of stage outcome apart from the others, each after the other, whatever becomes of one', async () => {
    const hook = bail({ outcomeTimeoutMs: 20 });
    const heard: string[] = [];
    const at = (plugin: string, stage: string | undefined, timeoutMs?: number): Parameters<typeof hook.add>[0] => ({
      plugin,
      declaration: { hook: 'onDeliver', name: 'tap', ...(stage !== undefined && { stage }), ...(timeoutMs !== undefined && { timeoutMs }) },
    });
    hook.add(at('b.throws', 'outcome'), () => {
      heard.push('throws');
      throw new Error('no');
    });
    hook.add(at('c.hangs', 'outcome', 60_000), () => new Promise(() => undefined));
    hook.add(at('d.answers', 'outcome'), () => 'receipt');
    hook.add(at('e.hears', 'outcome'), async (value) => void heard.push(value));
    hook.add(at('a.delivers', undefined), (value) => `${value} delivered`);
    expect(hook.hasOutcomes).to.equal(true);
    expect(await hook.promise('mail', new HookCall())).to.equal('mail delivered');
    expect(heard, 'before anybody is told').to.deep.equal([]);
    const call = new HookCall();
    await hook.tell('outcome', call);
    expect(heard).to.deep.equal(['throws', 'outcome']);
    expect(call.failures.map(({ message }) => message)).to.deep.equal([
      'b.throws/tap failed: no',
      'c.hangs/tap did not answer within 20 ms.',
      "d.answers/tap answered where nothing is asked any more. The answer was ignored; the plugin's author has to mend it.",
    ]);
    expect(hook.order.taps.map(({ tap: { plugin }, stage }) => `${plugin} ${stage}`)[0]).to.equal('a.delivers deliver');
  });
});
