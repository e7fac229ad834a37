// What strangers write stands on the manager's pages as text: no script of theirs runs, no link leads to one, and no letter changes its place.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SettingsService } from '@postroom/sdk/services';
import type { PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { service } from '#core/base/bindings.js';
import { ADMIN_PASSWORD, Manager, picture } from './manager.js';
import { officeSettings } from './officeSettings.js';
import { PAGES } from './pageList.js';
import { SHARED, submit } from './submission.js';
import { visit } from './visit.js';

const RUN = "window.canary='sung'";
/** Each in every place where a stranger's text can come to. */
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg/onload=${RUN}>`,
  `' onmouseover='${RUN}`,
  `[link](javascript:${RUN})`,
  `<a href="javascript:${RUN}">click</a>`,
  `<style>*{display:none}</style>`,
  `</textarea></title></style><iframe srcdoc="<script>parent.${RUN}</script>">`,
  `{{constructor.constructor("${RUN}")()}} \${${RUN}}`,
  `\`${RUN}\` **bold** ![x](http://evil.example/x.png)`,
  'moc.elpmaxe@\u202eknab \u2067isolated\u2069 \u202doverride',
  'zero\u200bwidth\u2060joined\ufeff',
  `${'W'.repeat(400)}`,
  '\u001b[2J\u001b[31mred\u0007 \u009b31m',
  'lone \ud800 surrogate',
] as const;
const ALL = PAYLOADS.join(' ');
/** JSON cannot hold half a character in UTF-8, and a manifest's text is bounded. */
const SHORT = PAYLOADS.slice(0, 11).join(' ');
/** A manifest's titles are shorter still: two hold them all. */
const TITLES = [PAYLOADS.slice(0, 5).join(' '), PAYLOADS.slice(5, 11).join(' ').slice(0, 200)] as const;

/** What the name of a user may hold: no `<`, `>`, `"`, `/` or `;`. */
const USER = `' onmouseover='${RUN}' {{7*7}} %3Cimg%3E #x?y=1`;
/** What a unique id may hold: what is printable in ASCII. */
const UIDL = `<img/src=x/onerror="${RUN}">'${RUN}`;
/** What an ISP says. */
const SAID = `isp ${PAYLOADS[1]} ${PAYLOADS[0]} \u009b31m`;
/** What the name of a folder may hold. */
const FOLDER = `<img src=x onerror="${RUN}">\u202e\u001b[2J`;

function hostileSettings(isp: PracticeIsp): object {
  const settings = officeSettings(isp) as { readonly accounts: Readonly<Record<'company' | 'works', { readonly users: object }>> };
  const { company, works } = settings.accounts;
  const user = { 'isp-regular.fromName': PAYLOADS[1], names: [PAYLOADS[0], PAYLOADS[10]], 'cc.to': ['greg'] };
  const accounts = { company: { ...company, 'pop3.maxMessageBytes': 100_000, users: { ...company.users, [USER]: user } }, works };
  return { ...settings, 'server.name': '', accounts };
}

const PLUGIN = `
const ALL = ${JSON.stringify(SHORT)};
export function activate(context) {
  context.commands.register('evil.card', () => ({ state: 'problem', text: ALL }));
  context.commands.register('evil.ask', ({ account }) => ({ found: ALL, seen: [{ dog: ALL, nights: ALL }], proposal: { 'evil.kennel': ALL } }));
  context.hooks.onSort.tap('sniff', (plan, mail) => {
    const subject = mail.header('Subject') ?? '';
    if (subject.includes('please throw')) throw new Error(ALL);
    if (subject.includes('please hold')) return plan.hold(ALL);
    return plan.tag('evil', ALL);
  });
  context.hooks.onDeliver.tap('refuse', ({ to }) =>
    to.kind === 'relay' ? to.recipients.map(({ address }) => ({ recipient: address, outcome: 'deferred', status: '4.7.1', text: ALL, remote: 'mx.evil.example' })) : undefined);
}
`;

/** Folders that are no plugins, named by whoever put them there. */
async function oddFolders(dataDir: string): Promise<void> {
  const named = path.join(dataDir, 'plugins', FOLDER);
  await mkdir(named, { recursive: true });
  const nameless = path.join(dataDir, 'plugins', 'acme.odd');
  await mkdir(nameless, { recursive: true });
  await writeFile(path.join(nameless, 'package.json'), JSON.stringify({ name: FOLDER, publisher: FOLDER, version: FOLDER, main: FOLDER }));
}

async function evilPlugin(dataDir: string): Promise<void> {
  await oddFolders(dataDir);
  const folder = path.join(dataDir, 'plugins', 'acme.evil');
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'evil',
    publisher: 'acme',
    version: '1.0.0',
    type: 'module',
    main: './plugin.js',
    displayName: PAYLOADS[0],
    description: SHORT.slice(0, 290),
    engines: { postroom: '^1.0.0' },
    contributes: {
      configuration: {
        title: TITLES[1],
        properties: {
          'evil.count': { type: 'integer', default: 10, title: TITLES[0], description: SHORT, markdownDescription: SHORT },
          'evil.choice': { type: 'string', enum: [SHORT, 'other'], default: SHORT, title: 'Choice' },
          'evil.kennel': { type: 'string', default: SHORT, scope: 'account', title: TITLES[1] },
          'evil.bites': { type: 'string', default: SHORT, scope: 'user', title: TITLES[0] },
        },
      },
      taps: [
        { hook: 'onSort', name: 'sniff', stage: 'filter', onError: 'skip' },
        { hook: 'onDeliver', name: 'refuse', stage: 'deliver', before: ['postroom.smtp/relay'] },
      ],
      commands: [
        { command: 'evil.card', title: TITLES[1], reads: true },
        {
          command: 'evil.ask',
          title: TITLES[0],
          reads: true,
          scope: 'account',
          arguments: { properties: { account: { type: 'string' } }, required: ['account'] },
          result: {
            properties: {
              found: { type: 'string', title: TITLES[1] },
              seen: { type: 'array', title: TITLES[0], items: { properties: { dog: { title: TITLES[1] }, nights: { title: TITLES[0] } } } },
            },
          },
        },
      ],
      statusCards: [{ id: 'evil', title: TITLES[1], command: 'evil.card' }],
      logColumns: [{ id: 'evil', title: TITLES[0], field: 'recipient' }],
    },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'plugin.js'), PLUGIN);
}

/** Pages of their own. */
const THEIRS = [
  ['their-mailbox', `/mailboxes/${encodeURIComponent(`${USER}@company`)}`],
  ['their-account', '/accounts/works'],
  ['their-id', `/trace?query=${encodeURIComponent(UIDL)}`],
] as const;

/** What of the page is a stranger's doing: it must be nothing. */
const DOINGS = `(() => {
  const found = [];
  if (window.canary !== undefined) found.push('a script ran');
  for (const link of document.querySelectorAll('[href],[src],[action],[formaction]'))
    for (const name of ['href', 'src', 'action', 'formaction'])
      if (/^\\s*(?:javascript|data|vbscript):/i.test(link.getAttribute(name) ?? '')) found.push('a link: ' + link.outerHTML.slice(0, 200));
  for (const made of document.querySelectorAll('img[src="x"], iframe, svg[onload], [onerror], [onmouseover], main style, main script')) found.push('an element: ' + made.outerHTML.slice(0, 200));
  for (const image of document.images) if (image.src.includes('evil.example')) found.push('an image');
  const text = document.body.innerText;
  if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(text)) found.push('letters are turned round');
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) {
    const wide = [...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth);
    found.push(over + ' px too wide: ' + (wide.at(-1)?.outerHTML.slice(0, 200) ?? ''));
  }
  return found;
})()`;

describe("Strangers' texts on the manager's pages", function () {
  this.timeout(240_000);
  let manager: Manager;
  before(async () => {
    manager = await Manager.start(hostileSettings, evilPlugin);
    await manager.run('users.set-password', { account: 'admin1', password: ADMIN_PASSWORD });
    for (const account of ['company', 'works']) await manager.run('accounts.set-password', { account, password: 'practice' });
    await manager.run('plugins.enable', { plugin: 'acme.evil' });
    const plugins = (await manager.run('plugins.list', {})) as readonly { readonly plugin: string; readonly state: string }[];
    expect(plugins.find(({ plugin }) => plugin === 'acme.evil')?.state, 'it runs, so that the pages show what it says').to.equal('active');
    const box = manager.isp.mailbox('mail');
    const utf8 = (text: string): string => `=?utf-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
    for (const [at, payload] of PAYLOADS.entries()) {
      box.put(
        `From: ${utf8(payload)} <x${at}@far.example>\nTo: ${utf8(payload)} <${SHARED}>\nSubject: ${utf8(`${at} ${payload}`)}\nContent-Type: text/html; name="${utf8(payload)}"\nContent-Disposition: attachment; filename="${utf8(payload)}"\n\n${payload}\n`,
        { uidl: `${at}${UIDL}` },
      );
    }
    box.put(`From: ${utf8(ALL)} <all@far.example>\nTo: Andrew <${SHARED}>\nSubject: ${utf8(`please hold ${SHORT}`)}\n\nBoo\n`);
    box.put(`From: ${utf8(ALL)} <all@far.example>\nTo: Andrew <${SHARED}>\nSubject: ${utf8(`please throw ${SHORT}`)}\n\nBoo\n`);
    // One that is too large stays at the ISP, one is not handed over, and the other account's ISP lets nobody in.
    box.put(`From: ${utf8(ALL)} <all@far.example>\nTo: Andrew <${SHARED}>\nSubject: ${utf8(SHORT)}\n\n${'large\n'.repeat(40_000)}`, {
      uidl: UIDL,
    });
    const refused = box.put(`From: ${utf8(ALL)} <all@far.example>\nTo: Andrew <${SHARED}>\nSubject: ${utf8(SHORT)}\n\nBoo\n`, {
      uidl: `2${UIDL}`,
    });
    manager.isp.faults.pop3.answer('RETR', `-ERR ${SAID}`, { message: box.messages.indexOf(refused) + 1, times: 1 });
    await manager.run('send-receive', {});
    for (const command of ['PASS', 'AUTH']) manager.isp.faults.pop3.answer(command, `-ERR [AUTH] ${SAID}`, { times: 1 });
    await manager.run('send-receive', { accounts: ['works'] });
    await submit(manager, 'friend@far.example', utf8(SHORT));
    await manager.run('send-receive', {});
    // A settings file that is wrong, with a name of a stranger's choice.
    const file = path.join(manager.server.dataDir, 'settings.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('{', `{\n  ${JSON.stringify(SHORT)}: 1,\n  "log.keepDays": ${JSON.stringify(SHORT)},`));
    await service(manager.server.container, SettingsService).reload();
  });
  after(() => manager.stop());
  afterEach(() => expect(manager.violations).to.deep.equal([]));

  const doings = async (page: Page): Promise<readonly string[]> => (await page.evaluate(DOINGS)) as string[];

  for (const width of [1280, 360]) {
    it(`run no script, lead nowhere, turn no letters and fit, at ${width} px`, async () => {
      const { page, context } = await manager.open({ width });
      await manager.logIn(page);
      const found: string[] = [];
      for (const [name, address] of [
        ...PAGES,
        ['admin1', '/mailboxes/admin1'],
        ['their-trace', '/trace?query=far.example'],
        ...THEIRS,
      ] as const) {
        await visit(page, manager, address);
        await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true");
        await page.waitForTimeout(100);
        await picture(page, `xss-${name}-${width}`);
        found.push(...(await doings(page)).map((each) => `${name}: ${each}`));
      }
      await visit(page, manager, '/');
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
      found.push(...(await doings(page)).map((each) => `palette: ${each}`));
      expect(found).to.deep.equal([]);
      await context.close();
    });
  }

  it('stand there as they were written', async () => {
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/mailboxes/admin1');
    const shown = async (address: string): Promise<string> => {
      await visit(page, manager, address);
      return (await page.evaluate('document.body.innerText')) as string;
    };
    expect(await shown('/plugins'), 'the name of a plugin').to.include(PAYLOADS[0]);
    expect(await shown('/plugins'), 'the name of a folder').to.include('<img src=x onerror=');
    expect(await shown('/accounts/company'), 'the name of a user').to.include(USER);
    expect(await shown(`/mailboxes/${encodeURIComponent(`${USER}@company`)}`), "a user's mailbox, and not that of another")
      .to.include(`${USER}@company`)
      .and.not.include('There is no mailbox');
    expect(await shown(`/trace?query=${encodeURIComponent(`0${UIDL}`)}`), 'an id at the ISP').to.include(`UIDL 0${UIDL}`);
    expect(await shown('/outbox'), 'what a plugin says, and a reason')
      .to.include(PAYLOADS[1])
      .and.include('acme.evil says');
    expect(await shown('/log'), 'a line of the log, and what an ISP says')
      .to.include(PAYLOADS[1])
      .and.include(`isp ${PAYLOADS[1]}`);
    expect(await shown('/settings'), 'a setting').to.include(PAYLOADS[5]);
    expect(await shown('/trace?query=far.example'), 'a trace')
      .to.include(PAYLOADS[0])
      .and.include('\ufffd');
    await context.close();
  });
});
