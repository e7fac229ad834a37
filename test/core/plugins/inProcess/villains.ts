// Plugins of the product that went wrong: they run inside the host, so nothing but the host's care stands between them and everybody's mail.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TapDeclaration } from '@postroom/sdk';
import { linkSdk } from '@postroom/sdk/base';
import { ROOT } from '../../../kit/sourceFiles.js';

/** What becomes of mail while it runs, and what is said of it. */
export interface Villain {
  readonly name: string;
  readonly taps?: readonly TapDeclaration[];
  readonly command?: string;
  /** Body of activate(context); `services` are those of the SDK. */
  readonly activate: string;
  readonly deactivate?: string;
  readonly mail: 'held' | 'delivered' | 'left at the ISP';
  readonly state: 'active' | 'failed';
  readonly said: RegExp;
}

const SORT: readonly TapDeclaration[] = [{ hook: 'onSort', name: 'scan', stage: 'filter', timeoutMs: 200 }];
const tap = (name: TapDeclaration['hook'], handler: string, tapName = 'scan'): string =>
  `context.hooks.${name}.tap('${tapName}', ${handler});`;
const sorting = (name: string, handler: string, said: RegExp): Villain => ({
  name,
  taps: SORT,
  activate: tap('onSort', handler),
  mail: 'held',
  state: 'active',
  said,
});

export const VILLAINS: readonly Villain[] = [
  sorting('throws', "() => { throw new Error('I never worked.'); }", /villain\.throws\/scan failed: I never worked\./),
  sorting('rejects', "async () => { throw new Error('I never worked.'); }", /villain\.rejects\/scan failed: I never worked\./),
  sorting('throws-nothing', '() => { throw undefined; }', /villain\.throws-nothing\/scan failed: undefined/),
  sorting('never-answers', '() => new Promise(() => {})', /villain\.never-answers\/scan did not answer within 200 ms/),
  sorting('answers-a-number', '() => 42', /villain\.answers-a-number\/scan answered a number instead of a sort plan/),
  sorting('answers-a-trap', "() => ({ get account() { throw new Error('Trap.'); } })", /villain\.answers-a-trap\/scan (answered|failed)/),
  sorting(
    'answers-another-account',
    "(plan) => plan.to({ account: 'works', user: 'lisa' }, 'because I say so')",
    /lisa@works is a mailbox of another account/,
  ),
  sorting(
    'answers-nobody',
    "(plan) => plan.to({ account: plan.account.id, user: 'nobody' }, 'because I say so')",
    /There is no mailbox nobody@company/,
  ),
  sorting('answers-a-stranger', "(plan) => plan.to({ user: 'nobody' }, 'because I say so')", /There is no mailbox nobody/),
  sorting('answers-no-mailbox', "(plan) => plan.to({}, 'because I say so')", /scan (failed|answered a plan whose "mailboxes" is not)/),
  sorting('gives-no-reason', "(plan) => plan.tag('spam')", /gives-no-reason\/scan answered a plan with a change that says no reason/),
  {
    name: 'throws-in-activate',
    taps: SORT,
    activate: `${tap('onSort', '() => undefined')} throw new Error('Not today.');`,
    mail: 'held',
    state: 'failed',
    said: /activate\(\) failed: Not today\./,
  },
  {
    name: 'never-activates',
    taps: SORT,
    activate: `${tap('onSort', '(plan) => plan.hold("half alive")')} await new Promise(() => {});`,
    mail: 'held',
    state: 'failed',
    said: /activate\(\) did not end within 3 seconds/,
  },
  {
    name: 'throws-on-delivery',
    taps: [{ hook: 'onDeliver', name: 'scan', stage: 'observe' }],
    activate: tap('onDeliver', "() => { throw new Error('Not to them.'); }"),
    mail: 'held',
    state: 'active',
    said: /villain\.throws-on-delivery\/scan failed: Not to them\./,
  },
  {
    name: 'answers-no-receipt',
    taps: [{ hook: 'onDeliver', name: 'scan', stage: 'observe' }],
    activate: tap('onDeliver', "() => 'delivered'"),
    mail: 'held',
    state: 'active',
    said: /villain\.answers-no-receipt\/scan answered a string instead of a receipt/,
  },
  {
    name: 'swallows-from-the-side',
    taps: [{ hook: 'onDeliver', name: 'scan', stage: 'observe' }],
    activate: tap('onDeliver', "() => [{ recipient: 'andrew@company', outcome: 'delivered', status: '2.0.0', text: 'ok' }]"),
    mail: 'held',
    state: 'active',
    said: /swallows-from-the-side\/scan answered for the others, and taps of stage observe only look on/,
  },
  {
    name: 'throws-on-schedule',
    taps: [{ hook: 'onSchedule', name: 'scan', stage: 'limit' }],
    activate: tap('onSchedule', "() => { throw new Error('Never.'); }"),
    mail: 'delivered',
    // Plans are made with every change: three strikes are soon together.
    state: 'failed',
    said: /villain\.throws-on-schedule\/scan failed: Never\./,
  },
  {
    name: 'throws-on-fetch',
    taps: [{ hook: 'onFetch', name: 'scan', before: ['postroom.pop3'] }],
    activate: tap('onFetch', "async () => { throw new Error('No line.'); }"),
    mail: 'left at the ISP',
    state: 'active',
    said: /villain\.throws-on-fetch\/scan failed: No line\./,
  },
  {
    name: 'throws-on-licence',
    taps: [{ hook: 'onLicenseCheck', name: 'scan', stage: 'require' }],
    activate: tap('onLicenseCheck', "() => { throw new Error('Who are you?'); }"),
    mail: 'left at the ISP',
    state: 'active',
    said: /villain\.throws-on-licence\/scan failed: Who are you\?/,
  },
  {
    name: 'throws-at-its-door',
    activate: "context.listen({ name: 'Door', start: () => { throw new Error('It is jammed.'); }, stop: async () => {} });",
    mail: 'delivered',
    state: 'active',
    said: /Door could not be opened: It is jammed\./,
  },
  {
    name: 'never-opens',
    activate: "context.listen({ name: 'Door', start: () => new Promise(() => {}), stop: async () => {} });",
    mail: 'delivered',
    state: 'active',
    said: /Door could not be opened: Opening did not end within 3 seconds\./,
  },
  {
    name: 'opens-nothing',
    activate: "context.listen({ name: 'Door', start: async () => 'open', stop: async () => {} });",
    mail: 'delivered',
    state: 'active',
    said: /Door could not be opened: start\(\) answered no list of ports\./,
  },
  {
    name: 'throws-on-command',
    command: 'throws-on-command.go',
    activate: "context.commands.register('throws-on-command.go', () => { throw new TypeError('x is not a function'); });",
    mail: 'delivered',
    state: 'active',
    said: /The command throws-on-command\.go of villain\.throws-on-command failed: x is not a function/,
  },
  {
    name: 'throws-on-events',
    activate: "context.subscriptions.push(context.get(services.Events).on(() => { throw new Error('Not my event.'); }));",
    mail: 'delivered',
    state: 'active',
    said: /An error that villain\.throws-on-events did not handle: Not my event\./,
  },
];

/** Errors that would end the process: they are tried out in one of their own. */
export const STRAYS: readonly Villain[] = [
  {
    name: 'throws-in-timer',
    activate: "setInterval(() => { throw new Error('Tick.'); }, 5).unref();",
    mail: 'delivered',
    state: 'active',
    said: /An error that villain\.throws-in-timer did not handle: Tick\./,
  },
  {
    name: 'forgets-a-promise',
    activate: "void (async () => { await null; throw new Error('Nobody heard.'); })();",
    mail: 'delivered',
    state: 'active',
    said: /An error that villain\.forgets-a-promise did not handle: Nobody heard\./,
  },
];

/** What it throws and rejects with, again and again, is no error: nobody can tell whose it is. */
export const NAMELESS_STRAY: Villain = {
  name: 'throws-texts',
  activate: `const every = (fail) => setInterval(fail, 5).unref();
    void Promise.reject('Just a text.');
    every(() => void Promise.reject());
    every(() => { throw 'Another text.'; });`,
  mail: 'delivered',
  state: 'active',
  said: /nobody handled it: 'Just a text\.'\./,
};

/** A folder that a server takes for the product's plugins: those of the product, and these. */
export async function plantAmongOurs(villains: readonly Villain[]): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postroom-villains-'));
  const ours = path.join(ROOT, 'plugins');
  for (const name of await readdir(ours)) await symlink(path.join(ours, name), path.join(folder, name));
  await linkSdk(folder);
  for (const villain of villains) await write(path.join(folder, villain.name), villain);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

async function write(folder: string, { name, taps = [], command, activate, deactivate }: Villain): Promise<void> {
  await mkdir(folder);
  const manifest = {
    name,
    publisher: 'villain',
    version: '1.0.0',
    type: 'module',
    main: './plugin.js',
    displayName: name,
    description: `A villain: it ${name.replaceAll('-', ' ')}.`,
    engines: { postroom: '^1.0.0' },
    requires: ['Events'],
    contributes: { taps, ...(command !== undefined && { commands: [{ command, title: 'Go' }] }) },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const end = deactivate === undefined ? '' : `export async function deactivate() {\n${deactivate}\n}\n`;
  const head = "import * as services from '@postroom/sdk/services';\n";
  await writeFile(path.join(folder, 'plugin.js'), `${head}export async function activate(context) {\n${activate}\n}\n${end}`);
}
