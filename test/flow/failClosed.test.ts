// A filter that cannot look at mail never lets it through, whatever the cause; ADMIN1 learns of it, and decides.
import '#core/base/injection.js';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TapDeclaration } from '@postroom/sdk';
import { PluginStorages, PluginSupervision } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { PluginReconciler } from '#core/plugins/pluginReconciler.js';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { filterThat, plantStranger, SCAN, type StrangerPlugin } from '../kit/strangerPlugin.js';
import { until } from '../kit/until.js';

const FILTER = 'stranger.filter';
const GOOD = filterThat('filter', "(plan) => plan.tag('seen', 'it was here')");
const THROWS = filterThat('filter', "() => { throw new Error('No.'); }");

interface Held {
  readonly subject: string;
  readonly reason: string;
}
interface Finding {
  readonly check: string;
  readonly state: string;
  readonly text: string;
  readonly actions?: readonly { readonly title: string; readonly command: string; readonly args: Readonly<Record<string, unknown>> }[];
}

describe('a filter that cannot look at mail', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let count = 0;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const enable = (plugin = FILTER): Promise<unknown> => office.run('plugins.enable', { plugin });
  const disable = (plugin = FILTER): Promise<unknown> => office.run('plugins.disable', { plugin });
  const plant = (plugin: StrangerPlugin): Promise<string> => plantStranger(office.dataDir, plugin);
  const held = async (): Promise<readonly string[]> =>
    (await office.run<readonly Held[]>('held.list')).map(({ subject }) => subject).toSorted();
  const finding = async (plugin = FILTER): Promise<Finding | undefined> =>
    (await office.run<readonly Finding[]>('doctor')).find(({ check, state }) => check === `plugin ${plugin}` && state === 'problem');
  const notices = async (): Promise<readonly string[]> =>
    (await office.subjects('admin1')).filter((subject) => subject.startsWith('Mail is held'));

  /** Puts a message at the ISP and has it collected. Answers its subject. */
  async function collect(subject = `Message ${++count}`): Promise<string> {
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject }));
    await office.round();
    await office.service(PluginHost).settled();
    return subject;
  }

  async function restart(): Promise<void> {
    await office.close();
    await office.open();
  }

  async function run(plugin: StrangerPlugin = GOOD): Promise<string> {
    const folder = await plant(plugin);
    await enable();
    return folder;
  }

  interface Cause {
    readonly name: string;
    readonly breaks: () => Promise<void>;
    readonly mends?: () => Promise<unknown>;
    /** What a restart comes to: `down` without a word, `tried` and down again, `mended`. */
    readonly restarted: 'down' | 'tried' | 'mended';
  }
  const CAUSES: readonly Cause[] = [
    {
      name: 'throws, over three messages',
      restarted: 'tried',
      breaks: async () => {
        await run(THROWS);
        for (const _ of [1, 2, 3]) await collect();
        expect(office.service(PluginHost).plugins.find(({ id }) => id === FILTER)?.state).to.equal('failed');
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'ends its process again and again',
      restarted: 'tried',
      breaks: async () => {
        await run(filterThat('filter', '() => process.exit(3)'));
        for (const _ of [1, 2, 3]) {
          await collect();
          await until('its process is back or given up', async () => {
            const { problems = [], state } = office.service(PluginHost).plugins.find(({ id }) => id === FILTER) ?? {};
            return state === 'failed' || problems.length > 0;
          });
        }
        await until('it is switched off', () => office.service(PluginHost).blocking.length > 0);
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'takes its tap away while it runs',
      restarted: 'tried',
      breaks: async () => {
        const leaves =
          "const tap = context.hooks.onSort.tap('scan', (plan) => { setTimeout(() => tap.dispose(), 1); return plan.tag('seen', 'it was here'); });";
        await run({ ...GOOD, activate: leaves });
        await collect('First message');
        await until('the tap is away', () => office.service(PluginHost).blocking.length > 0);
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'lacks a plugin that it needs',
      restarted: 'down',
      breaks: async () => {
        await plant({ name: 'base', activate: '' });
        await enable('stranger.base');
        await run({ ...GOOD, manifest: { pluginDependencies: ['stranger.base'] } });
        const answer = await office.run<{ readonly problems: readonly string[] }>('plugins.disable', { plugin: 'stranger.base' });
        expect(answer.problems.join(' ')).to.match(
          /Mail is held until stranger\.filter runs again, or is disabled: It needs stranger\.base/,
        );
      },
      mends: () => enable('stranger.base'),
    },
    {
      name: 'has no room for its storage',
      restarted: 'down',
      breaks: async () => {
        // As on a full disk, the folder that it writes into cannot be made.
        await writeFile(path.join(office.dataDir, 'storage', FILTER), '');
        await run();
      },
      mends: () => rm(path.join(office.dataDir, 'storage', FILTER)),
    },
    {
      name: 'cannot be activated any more after a restart',
      restarted: 'down',
      breaks: async () => {
        const folder = await run();
        await writeFile(path.join(folder, 'plugin.js'), "export function activate() { throw new Error('Not today.'); }");
        await restart();
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'is another version that fails, and says no more that it looks at mail',
      restarted: 'down',
      breaks: async () => {
        await run();
        await plant({ name: 'filter', manifest: { version: '2.0.0' }, activate: "throw new Error('Not today.');" });
        await restart();
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'has a manifest that cannot be read',
      restarted: 'down',
      breaks: async () => {
        const folder = await run();
        await writeFile(path.join(folder, 'package.json'), '{');
        await restart();
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'needs another API',
      restarted: 'down',
      breaks: async () => {
        await run();
        await plant({ ...GOOD, manifest: { engines: { postroom: '^9.0.0' } } });
        await restart();
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'has lost its files',
      restarted: 'down',
      breaks: async () => {
        await rm(await run(), { recursive: true });
        await restart();
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'has lost the pack that brought it',
      restarted: 'down',
      breaks: async () => {
        await plant(GOOD);
        const pack = await plant({ name: 'pack', manifest: { pluginPack: [FILTER] }, activate: '' });
        await enable('stranger.pack');
        await rm(pack, { recursive: true });
        await rm(path.join(office.dataDir, 'plugins', FILTER), { recursive: true });
        await restart();
      },
      mends: () => plant(GOOD),
    },
    {
      name: 'was left out because it had stalled the server',
      restarted: 'mended',
      breaks: async () => {
        await run();
        await disable();
        office.service(PluginSupervision).withhold(FILTER, 'It stalled the server three times.');
        await enable();
      },
    },
  ];

  for (const { name, breaks, mends, restarted } of CAUSES) {
    it(`${name}: mail is held, ADMIN1, log, status and doctor say so, and it goes on when the filter does`, async () => {
      await breaks();
      const subject = await collect();
      expect(await held()).to.include(subject);
      expect(await office.subjects('andrew')).not.to.include(subject);

      await until('ADMIN1 is told', async () => (await notices()).length > 0);
      expect(await notices()).to.have.length(1);
      const { problems } = await office.run<{ readonly problems: readonly string[] }>('status');
      expect(problems.filter((line) => line.startsWith(`${FILTER}: `)).join(' ')).to.include('Mail is held until it runs again');
      const lines = await office.run<readonly { readonly text: string }[]>('log.read', { limit: 100 });
      expect(lines.map(({ text }) => text).join('\n')).to.include(`Mail is held until ${FILTER} runs again`);
      const found = await finding();
      expect(found?.text).to.include(`postroom plugins enable ${FILTER}`).and.to.include(`postroom plugins disable ${FILTER}`);
      expect(found?.actions?.map(({ title, command }) => [title, command])).to.deep.equal([
        ['Try again', 'plugins.enable'],
        ['Deliver without it', 'plugins.disable'],
      ]);

      if (restarted !== 'mended') {
        await restart();
        await collect();
        if (restarted === 'down') expect(await office.subjects('andrew'), 'after a restart as well').to.deep.equal([]);
        if (restarted === 'down') expect(await notices(), 'told once').to.have.length(1);
      }

      await mends?.();
      await enable();
      await until('nothing is held', async () => (await held()).length === 0);
      expect(await office.subjects('andrew')).to.include(subject);
      const traces = await office.run<readonly { readonly trail: readonly { readonly change: string }[] }[]>('trace', {
        query: 'Message',
        limit: 100,
      });
      for (const { trail } of traces) expect(trail.map(({ change }) => change)).to.include('tag seen');
      expect(await finding()).to.equal(undefined);
    });
  }

  it('lets mail through when an administrator says so, what was held included, and ADMIN1 is told again the next time', async () => {
    await run(THROWS);
    for (const _ of [1, 2, 3]) await collect();
    const found = await finding();
    await until('ADMIN1 is told', async () => (await notices()).length === 1);
    const without = found?.actions?.find(({ title }) => title === 'Deliver without it');
    await office.run(without?.command ?? '', without?.args);
    await until('nothing is held', async () => (await held()).length === 0);
    expect(await office.subjects('andrew')).to.have.length(3);
    await enable();
    for (const _ of [1, 2, 3]) await collect();
    await until('ADMIN1 is told again', async () => (await notices()).length === 2);
    expect(await office.subjects('andrew')).to.have.length(3);
  });

  it('is told of once, however often it is tried again meanwhile', async () => {
    const fails = "await new Promise((resolve) => { setTimeout(resolve, 1500); }); throw new Error('Not today.');";
    const state = (): string | undefined => office.service(PluginHost).plugins.find(({ id }) => id === FILTER)?.state;
    await run({ ...GOOD, activate: fails });
    await until('ADMIN1 is told', async () => (await notices()).length === 1);
    for (const _ of [1, 2]) {
      const trying = enable();
      await until('it is tried again', () => state() === 'activating');
      await collect();
      await trying;
      expect(state()).to.equal('failed');
      await collect();
    }
    expect(await notices()).to.have.length(1);
    expect(await held()).to.have.length(4);
  });

  it('that is gone can be removed for good, or switched off', async () => {
    for (const way of ['plugins.remove', 'plugins.disable']) {
      await rm(await run(), { recursive: true });
      await restart();
      await collect();
      expect(await held()).to.have.length(1);
      await office.run(way, { plugin: FILTER });
      await until('nothing is held', async () => (await held()).length === 0);
    }
    expect(await office.subjects('andrew')).to.have.length(2);
  });

  it('does not hold mail where its manifest says that it fails open', async () => {
    await run({ ...THROWS, taps: [{ ...SCAN, onError: 'skip' }] });
    for (const _ of [1, 2, 3, 4]) await collect();
    expect(await held()).to.deep.equal([]);
    expect(await office.subjects('andrew')).to.have.length(4);
    const found = (await office.run<readonly Finding[]>('doctor')).find(({ check }) => check === `plugin ${FILTER}`);
    expect(found).to.include({ state: 'problem' });
    expect(found?.actions).to.equal(undefined);
  });

  it('holds mail where another version would let it through, or looks at none, until somebody agrees', async () => {
    const versions: readonly StrangerPlugin[] = [
      { ...THROWS, taps: [{ ...SCAN, onError: 'skip' }], manifest: { version: '2.0.0' } },
      { name: 'filter', manifest: { version: '2.0.0' }, activate: '' },
    ];
    for (const [place, version] of versions.entries()) {
      await plant(GOOD);
      await enable();
      await restart();
      await plant(version);
      await restart();
      const subject = await collect();
      expect(await held()).to.deep.equal([subject]);
      await until('ADMIN1 is told', async () => (await notices()).length === place + 1);
      const found = await finding();
      expect(found?.text).to.include('Version 2.0.0 of it does not look at mail, or lets it through where it fails');
      expect(found?.actions?.map(({ title }) => title)).to.deep.equal(['Agree to this version', 'Deliver without it']);
      await office.run(found?.actions?.[0]?.command ?? '', found?.actions?.[0]?.args);
      await until('nothing is held', async () => (await held()).length === 0);
      await restart();
      await collect();
      expect(await held(), 'agreed for good').to.deep.equal([]);
      await disable();
    }
  });

  it('has not answered where it answers with the plan of another message: that one waits', async () => {
    await run({ ...GOOD, activate: "let first; context.hooks.onSort.tap('scan', (plan) => (first ??= plan.tag('seen', 'it was here')));" });
    const [first, second] = [await collect(), await collect()];
    expect(await held()).to.deep.equal([second]);
    expect(await office.subjects('andrew')).to.deep.equal([first]);
    expect((await office.run<readonly Held[]>('held.list'))[0]?.reason).to.include('the plan of another call');
  });

  it('leaves nothing in the hooks of a version that could not take the place of the former one', async () => {
    await run();
    await plant({ ...filterThat('other', '(plan) => plan'), taps: [{ ...SCAN, before: [`${FILTER}/scan`] }] });
    await enable('stranger.other');
    const early: TapDeclaration = { ...SCAN, name: 'early' };
    await plant({
      ...GOOD,
      taps: [early, { ...SCAN, before: ['stranger.other'] }],
      activate: "for (const name of ['early', 'scan']) context.hooks.onSort.tap(name, (plan) => plan);",
    });
    const reconciler = office.service(PluginReconciler);
    expect((await reconciler.rescan(new Set([FILTER]))).get(FILTER)).to.match(/circle/);
    // As the installer does it then.
    await plant(GOOD);
    await reconciler.rescan();
    const subject = await collect();
    expect(await held()).to.deep.equal([]);
    expect(await office.subjects('andrew')).to.deep.equal([subject]);
  });

  it('counts each message once: two that it cannot look at wait, however often they are tried, and all others pass', async () => {
    await run(
      filterThat('filter', "(plan, mail) => { if (mail.header('subject').startsWith('Bad')) throw new Error('No.'); return plan; }"),
    );
    const bad = [await collect('Bad 1'), await collect('Bad 2')];
    for (const _ of [1, 2, 3, 4]) await office.run('held.retry');
    await collect();
    expect(await held()).to.deep.equal(bad);
    expect(await office.subjects('andrew')).to.have.length(1);
    expect(await finding())
      .to.have.property('text')
      .that.includes('No.');
  });

  it('gives nobody two of a mail of which the ISP stored two copies, whether both waited or one', async () => {
    const put = (subject: string, way: string): void => {
      const text = letter({
        to: `Andrew <${REGULAR}>`,
        subject,
        id: `${subject}@out.example`,
        envelope: [`X-Original-To: ${way}@far.example`],
      });
      office.isp.mailbox('mail').put(text);
    };
    const bad = "(plan, mail) => { if (mail.header('X-Original-To').startsWith('bad')) throw new Error('No.'); return plan; }";
    await run(filterThat('filter', bad));
    put('Both', 'bad1');
    put('Both', 'bad2');
    await office.round();
    put('One', 'good');
    await office.round();
    put('One', 'bad');
    await office.round();
    expect(await held()).to.have.length(3);
    expect(await office.subjects('andrew')).to.have.length(1);
    put('Released', 'bad3');
    put('Released', 'bad4');
    await office.round();
    const [{ message = '' } = {}] = (await office.run<readonly (Held & { readonly message?: string })[]>('held.list')).filter(
      ({ subject }) => subject === 'Released',
    );
    await office.run('held.release', { message, mailboxes: ['andrew@company'] });
    await disable();
    await office.run('held.retry');
    expect(await held()).to.deep.equal([]);
    expect((await office.subjects('andrew')).toSorted()).to.deep.equal(['Both', 'One', 'Released']);
  });

  it('is not switched off by what somebody only tries out', async () => {
    await run(filterThat('filter', "(plan, mail) => { if (mail.rehearsal) process.exit(1); return plan.tag('seen', 'it was here'); }"));
    for (const subject of ['one', 'two', 'three', 'four']) {
      const file = Buffer.from(letter({ to: `Andrew <${REGULAR}>`, subject })).toString('base64');
      const answer = await office.run<{ readonly disposition: string }>('explain', { file, account: 'company' });
      expect(answer.disposition).to.equal('hold');
    }
    expect(office.service(PluginHost).blocking).to.deep.equal([]);
    await collect();
    await until('it passes', async () => {
      await office.run('held.retry');
      return (await office.subjects('andrew')).length === 1;
    });
  });

  it('is not switched off by what somebody only tries out while it looks at mail', async () => {
    const activate = `context.hooks.onSort.tap('scan', async (plan, mail) => {
      if (mail.rehearsal) process.exit(1);
      if ((await context.state.get(mail.id)) !== undefined) return plan;
      await context.state.set(mail.id, 'it is in hand');
      await new Promise(() => undefined);
    });`;
    await run({ ...GOOD, taps: [{ ...SCAN, timeoutMs: 30_000 }], activate });
    const seen = office.service(PluginStorages).forPlugin(FILTER);
    const file = Buffer.from(letter({ to: `Andrew <${REGULAR}>` })).toString('base64');
    for (const number of [1, 2, 3]) {
      const collecting = collect();
      await until('a message is in hand', async () => (await seen.keys('')).length === number);
      await office.run('explain', { file, account: 'company' });
      await collecting;
    }
    expect(office.service(PluginHost).plugins.find(({ id }) => id === FILTER)?.state).to.equal('active');
  });

  it('on its way to the ISP waits in the Outbox for a plugin that looks on at deliveries, and leaves when that is back', async () => {
    const archive = { name: 'filter', taps: [{ hook: 'onDeliver', name: 'archive', stage: 'observe' }] } as const;
    await run({ ...archive, activate: "context.hooks.onDeliver.tap('archive', () => { throw new Error('The archive is full.'); });" });
    for (const _ of [1, 2, 3]) await collect();
    await until('it is switched off', () => office.service(PluginHost).blocking.length > 0);
    await office.submit(
      'andrew',
      ['ruth@customer.example'],
      `From: andrew <${REGULAR}>\nTo: ruth@customer.example\nSubject: Out\n\nHello.\n`,
    );
    await office.round();
    expect(office.isp.outgoing).to.deep.equal([]);
    await plant({ ...archive, activate: "context.hooks.onDeliver.tap('archive', () => undefined);" });
    await enable();
    await until('nothing is held', async () => (await held()).length === 0);
    await office.round();
    expect(office.isp.outgoing).to.have.length(1);
    expect(await office.subjects('andrew')).to.have.length(3);
  });

  it('keeps nobody waiting for a plugin that looks on and says skip', async () => {
    const notify = { name: 'filter', taps: [{ hook: 'onDeliver', name: 'notify', stage: 'observe', onError: 'skip' }] } as const;
    await run({ ...notify, activate: "context.hooks.onDeliver.tap('notify', () => { throw new Error('Nobody listens.'); });" });
    for (const _ of [1, 2, 3, 4]) await collect();
    expect(await office.subjects('andrew')).to.have.length(4);
  });
});
