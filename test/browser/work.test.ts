import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { packPlugin } from '../kit/packedPlugin.js';
import { filterThat, plantStranger } from '../kit/strangerPlugin.js';
import { ADMIN_PASSWORD, axeFindings, Manager, picture } from './manager.js';
import { officeSettings } from './officeSettings.js';
import { pop3Login } from './pop3Login.js';
import { dogsPlugin } from './strangers.js';
import { SHARED, submit } from './submission.js';
import { visit } from './visit.js';

describe('What an administrator does on the pages', () => {
  let manager: Manager;
  let page: Page;
  let context: BrowserContext;
  before(async () => {
    manager = await Manager.start(officeSettings);
    await manager.run('users.set-password', { account: 'admin1', password: ADMIN_PASSWORD });
    for (const account of ['company', 'works']) {
      manager.isp.mailbox(account === 'company' ? 'mail' : 'post');
      await manager.run('accounts.set-password', { account, password: 'practice' });
    }
  });
  after(() => manager.stop());
  beforeEach(async () => {
    ({ page, context } = await manager.open());
    page.setDefaultTimeout(60_000);
    await manager.logIn(page);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture(page, `failed-${this.currentTest.title.slice(0, 20)}`);
    await context.close();
    expect(manager.violations).to.deep.equal([]);
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const collect = async (...letters: readonly { readonly to: string; readonly subject: string }[]): Promise<void> => {
    for (const { to, subject } of letters)
      manager.isp.mailbox('mail').put(`From: Ann <ann@far.example>\nTo: ${to}\nSubject: ${subject}\n\nHello\n`);
    await manager.run('send-receive', {});
  };
  const show = async (name: string): Promise<void> => {
    await picture(page, `work-${name}`);
    expect(await axeFindings(page), name).to.deep.equal([]);
  };

  it('sees the servers on the store where there are several, and what each of them holds', async () => {
    await visit(page, manager, '/');
    await page.getByRole('heading', { name: 'Mail service' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Servers on the store' }).count(), 'one server is no list').to.equal(0);
    const at = new Date().toISOString();
    const rows = [
      { server: 'north', state: 'this', since: at, heardAt: at, holds: { timer: at, 'collecting company': at } },
      { server: 'south', state: 'gone', since: at, heardAt: at, holds: { 'mailbox andrew@company': at } },
    ];
    await page.route('**/api/commands/nodes', (route) => route.fulfill({ json: rows }));
    await visit(page, manager, '/');
    const south = page.getByRole('region', { name: 'Servers on the store' }).getByRole('row', { name: /^south/ });
    await south.getByText('gone').waitFor();
    await south.getByText(/^mailbox andrew@company, since /).waitFor();
    await show('servers');
  });

  it('reads on the sheet what to type into the mail program, and what to write in Bcc, which the account shows as well', async () => {
    await visit(page, manager, '/sheets/company');
    const sheet = page.locator('[data-user="andrew"]');
    await sheet.getByText('Edit configuration').waitFor();
    const [local, host] = SHARED.split('@');
    await sheet.getByText(`${local}+greg@${host}`).waitFor();
    expect(await sheet.getByText(`${local}+andrew@`).count(), 'nobody writes to himself').to.equal(0);
    await visit(page, manager, '/accounts/company');
    await page.getByRole('cell', { name: `${local}+greg@${host}` }).waitFor();
    await page.getByText('To send a colleague a blind copy').waitFor();
    await visit(page, manager, '/accounts/works');
    await page.getByRole('cell', { name: /^lisa@/ }).waitFor();
    expect(await page.getByText('blind copy').count(), 'everybody has an own address there').to.equal(0);
  });

  it('holds, releases and returns mail in the Outbox, and sends the rest', async () => {
    for (const [to, subject] of [
      ['one@away.example', 'The first'],
      ['two@away.example', 'The second'],
    ] as const) {
      await submit(manager, to, subject);
    }
    await visit(page, manager, '/outbox');
    const first = page.getByRole('row', { name: /one@away\.example/ });
    const second = page.getByRole('row', { name: /two@away\.example/ });
    await first.getByRole('button', { name: 'Hold' }).click();
    await first.getByText('held back').waitFor();
    await show('outbox');
    await first.getByRole('button', { name: 'Release' }).click();
    await first.getByText('waits', { exact: true }).waitFor();
    await second.getByRole('button', { name: 'Return' }).click();
    await page.getByText('The message to two@away.example is given up').waitFor();
    await button('Return it').click();
    await second.waitFor({ state: 'detached' });
    await first.getByRole('button', { name: 'Retry' }).click();
    await manager.run('send-receive', {});
    await page.getByText('The Outbox is empty').waitFor();
    expect(manager.isp.outgoing.flatMap(({ recipients }) => recipients)).to.deep.equal(['one@away.example']);
    await visit(page, manager, '/mailboxes/andrew%40company');
    await page
      .getByRole('row', { name: /The second|returned|not delivered|undeliver/i })
      .first()
      .waitFor();
  });

  it('sets mail aside, and deletes it; counts what the plugin costs and how often it fails; removes it, and what waited for it goes on', async () => {
    await manager.run('plugins.add', { plugin: (await packPlugin(await dogsPlugin())).toString('base64') });
    await manager.run('config.set', { key: 'dogs.count', value: '3' });
    await collect(
      { to: `Andrew <${SHARED}>`, subject: 'A black cat' },
      { to: `Greg <${SHARED}>`, subject: 'A white cat' },
      { to: `Greg <${SHARED}>`, subject: 'A bone' },
    );
    await visit(page, manager, '/outbox');
    await page.getByText('It smells of cat.').first().waitFor();
    await show('set-aside');
    await page
      .getByRole('row', { name: /A white cat/ })
      .getByRole('button', { name: 'Delete' })
      .click();
    await button('Delete it').click();
    await page.getByRole('row', { name: /A white cat/ }).waitFor({ state: 'detached' });

    await visit(page, manager, '/plugins');
    const dogs = page.getByRole('row', { name: /acme\.dogs/ }).first();
    await dogs.getByText(/ms a message/).waitFor();
    await dogs.getByText('1 failure', { exact: true }).waitFor();
    const tap = page.getByRole('region', { name: 'Order of the taps' }).getByRole('row', { name: /acme\.dogs\/sniff/ });
    expect(await tap.getByRole('cell').nth(3).textContent()).to.equal('3');
    expect(await tap.getByRole('cell').nth(6).textContent()).to.equal('1');
    await show('plugins');
    await dogs.getByRole('button', { name: 'Disable' }).click();
    await dogs.getByText('disabled').waitFor();
    await dogs.getByRole('button', { name: 'Enable' }).click();
    await dogs.getByText('active').waitFor();
    await dogs.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('its settings dogs.count').waitFor();
    await show('plugin-removal');
    await button('Remove it').click();
    await dogs.waitFor({ state: 'detached' });
    expect(await manager.run('plugins.list', { all: true })).to.satisfy((rows: readonly { plugin: string }[]) =>
      rows.every(({ plugin }) => plugin !== 'acme.dogs'),
    );

    // What waited for the plugin waits for nobody any more.
    await visit(page, manager, '/outbox');
    await page.getByText('Nothing is set aside').waitFor();
    await visit(page, manager, '/mailboxes/andrew%40company');
    await page.getByRole('cell', { name: 'A black cat', exact: true }).waitFor();
  });

  it("asks a plugin's question about an account, and sets what the answer calls for", async () => {
    for (const user of ['lisa', 'john'])
      manager.isp
        .mailbox('post')
        .put(
          `X-Delivered-For: ${user}@works.example\nReceived: from a by isp.example; Mon, 2 Nov 2026 08:00:00 +0000\nTo: news@far.example\n\nHi\n`,
        );
    await manager.run('send-receive', {});
    await visit(page, manager, '/accounts/works');
    const question = page.getByRole('button', { name: 'How does the ISP tell the recipient' });
    await question.click();
    await page.getByText('X-Delivered-For names 2 different recipients in 2 of 2 messages').waitFor();
    await page.getByText('Envelope header: X-Delivered-For (now not set)').waitFor();
    await page.getByText('Fields that name a recipient').click();
    await page.getByRole('row', { name: 'X-Delivered-For 1 2 2 0 0' }).waitFor();
    await show('question');
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth'), 'on a phone').to.equal(360);
    await show('question-360');
    await button('Apply').click();
    await page.getByText('The account is set up for that already.').waitFor();
    expect(await manager.run('config.get', { key: 'accounts.works.addressees.header' })).to.equal('X-Delivered-For');
    await visit(page, manager, '/accounts/company');
    await button('Test the login').waitFor();
    expect(await question.count(), 'of another kind').to.equal(0);
    await manager.run('resort', { mailbox: 'admin1' });
    const boxes = (await manager.run('mailboxes.list')) as readonly { account?: string; messages: number }[];
    expect(
      boxes.filter(({ account }) => account === 'works').map(({ messages }) => messages),
      'what came before the setting was right',
    ).to.deep.equal([1, 1]);
  });

  it('shows what is left at the ISP, and has it fetched or deleted there', async () => {
    await manager.run('config.set', { key: 'accounts.company.pop3.maxMessageBytes', value: '2000' });
    for (const subject of ['Plans of the house', 'Holiday pictures'])
      manager.isp.mailbox('mail').put(`From: Ann <ann@far.example>\nTo: Greg <${SHARED}>\nSubject: ${subject}\n\n${'Hello\n'.repeat(600)}`);
    await manager.run('send-receive', {});
    await visit(page, manager, '/outbox');
    const plans = page.getByRole('row', { name: /Plans of the house/ });
    const pictures = page.getByRole('row', { name: /Holiday pictures/ });
    await plans.getByText('too large').waitFor();
    await show('left-at-isp');
    await plans.getByRole('button', { name: 'Fetch' }).click();
    await plans.getByText('is fetched with the next').waitFor();
    await pictures.getByRole('button', { name: 'Delete' }).click();
    await button('Delete it').click();
    await pictures.getByText('is deleted with the next').waitFor();
    await manager.run('send-receive', {});
    await page.getByRole('region', { name: 'Left at the ISP' }).waitFor({ state: 'detached' });
    expect(manager.isp.mailbox('mail').messages).to.have.length(0);
    await visit(page, manager, '/mailboxes/greg%40company');
    await page.getByRole('cell', { name: 'Plans of the house', exact: true }).waitFor();
    expect(await page.getByRole('cell', { name: 'Holiday pictures', exact: true }).count()).to.equal(0);
    await manager.run('config.set', { key: 'accounts.company.pop3.maxMessageBytes', value: '100000000' });
  });

  it("sorts ADMIN1's mail again after a user was added", async () => {
    await collect({ to: `Zoe <${SHARED}>`, subject: 'For Zoe' });
    await visit(page, manager, '/mailboxes/admin1');
    await page.getByRole('cell', { name: 'For Zoe', exact: true }).waitFor();
    await button('What would change?').click();
    await page.getByText("Everything is where today's rules put it.").waitFor();
    await manager.run('users.add', { account: 'company', user: 'zoe' });
    await button('What would change?').click();
    await page.getByText('1 message would go elsewhere.').waitFor();
    await show('resort');
    await button('Sort them so').click();
    await page.getByText('1 message sorted again.').waitFor();
    await visit(page, manager, '/mailboxes/zoe%40company');
    await page.getByRole('cell', { name: 'For Zoe', exact: true }).waitFor();
  });

  it('asks the doctor, with the logins at the ISPs too', async () => {
    await visit(page, manager, '/doctor');
    await page.getByRole('table').waitFor();
    await button('Also log in at the ISPs').click();
    await page
      .getByRole('cell', { name: /pop3\.test-login|POP3/i })
      .first()
      .waitFor();
    await show('doctor');
    await manager.run('accounts.set-password', { account: 'works', password: 'wrong' });
    await button('Look again').click();
    await page
      .getByRole('row', { name: /problem/ })
      .filter({ hasText: 'works' })
      .first()
      .waitFor();
    await manager.run('accounts.set-password', { account: 'works', password: 'practice' });
  });

  it('sees on the overview that mail is held for a filter, and lets it go at the doctor', async () => {
    const throws = filterThat('scanner', "() => { throw new Error('No signatures.'); }");
    await plantStranger(manager.server.dataDir, throws);
    await manager.run('plugins.enable', { plugin: 'stranger.scanner' });
    await collect(...[1, 2, 3, 4].map((each) => ({ to: 'Carolyn <mail@company.example>', subject: `Held ${each}` })));
    await visit(page, manager, '/');
    const notice = page.getByRole('alert').filter({ hasText: 'Mail is held and reaches nobody' });
    await notice.waitFor();
    await show('held-overview');
    await notice.getByRole('link', { name: 'Doctor' }).click();
    await page.getByRole('row').filter({ hasText: 'stranger.scanner' }).getByRole('button', { name: 'Try again' }).waitFor();
    await show('held-doctor');
    await button('Deliver without it').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deliver without it' }).click();
    await visit(page, manager, '/mailboxes/carolyn%40company');
    for (const each of [1, 2, 3, 4]) await page.getByRole('cell', { name: `Held ${each}`, exact: true }).waitFor();
    await manager.run('plugins.remove', { plugin: 'stranger.scanner' });
  });

  it('makes a backup and proves it', async () => {
    const into = await mkdtemp(path.join(os.tmpdir(), 'postroom-backups-'));
    await visit(page, manager, '/backups');
    await page.getByLabel('Folder on the server').fill(into);
    await button('Back up now').click();
    const done = page.locator('.notice.good');
    await done.first().waitFor();
    expect(await page.getByLabel('Folder of the backup').inputValue()).to.match(new RegExp(`^${into}/.`));
    await button('Restore it for a trial').click();
    await done.nth(1).waitFor();
    await show('backups');
    await rm(into, { recursive: true });
  });

  it('follows a message to the mail program that picked it up, and tries a To line', async () => {
    await manager.run('users.set-password', { account: 'company', user: 'carolyn', password: "carolyn's own" });
    await collect({ to: `Carolyn <${SHARED}>`, subject: 'The long way' });
    await visit(page, manager, '/trace');
    await page.getByLabel('Find messages').fill('long way');
    await button('Find').click();
    await page.getByRole('heading', { name: 'The long way' }).waitFor();
    const copy = page.getByRole('listitem').filter({ hasText: 'carolyn@company' });
    await copy.getByText('waits', { exact: true }).waitFor();
    // The newest one, behind what other tests have left in her mailbox.
    const boxes = (await manager.run('mailboxes.list', {})) as readonly { readonly user: string; readonly messages: number }[];
    const newest = boxes.find(({ user }) => user === 'carolyn')?.messages ?? 0;
    await pop3Login(manager.pop3Port, 'carolyn', "carolyn's own", [newest]);
    await copy.getByText(/^picked up at/).waitFor();
    await copy.filter({ hasText: /picked up at .* by .*127\.0\.0\.1/ }).waitFor();
    await show('trace');
    await page.getByRole('link', { name: 'Try it' }).click();
    await page.getByLabel('To line, or whole header').fill(`Greg <${SHARED}>`);
    await button('Who would get it?').click();
    await page.getByRole('heading', { name: 'To greg' }).waitFor();
    await page.getByLabel('To line, or whole header').fill(`Nobody known <${SHARED}>`);
    await button('Who would get it?').click();
    await page.getByRole('heading', { name: 'To admin1' }).waitFor();
    await show('try-it');
  });

  it('reads the log by year, month and date, and sees what comes in meanwhile', async () => {
    await collect({ to: `Greg <${SHARED}>`, subject: 'Yesterday' });
    await visit(page, manager, '/log');
    await page.getByRole('heading', { name: 'Newest entries, live' }).waitFor();
    const rows = page.getByRole('region', { name: 'Log' }).getByRole('row');
    const before = await rows.count();
    await collect({ to: `Greg <${SHARED}>`, subject: 'Just now' });
    await rows.nth(before).waitFor();
    const [today] = (await manager.run('log.days', {})) as readonly { readonly day: string }[];
    const [year = '', month = '', date = ''] = (today?.day ?? '').split('-');
    await page.getByLabel('Year').selectOption(year);
    await page.getByRole('heading', { name: today?.day ?? '' }).waitFor();
    expect(await page.getByLabel('Month').inputValue()).to.equal(month);
    expect(await page.getByLabel('Date').inputValue()).to.equal(date);
    expect(page.url()).to.contain(`day=${today?.day}`);
    await page.getByLabel('Text').fill('no such thing');
    await page.getByText('No entries').waitFor();
    await page.getByLabel('Text').fill('for greg');
    await rows.nth(1).waitFor();
    await show('log');
    const download = page.waitForEvent('download');
    await button('Download').click();
    expect((await download).suggestedFilename()).to.equal('postroom-log.tsv');
  });

  it("is out when ADMIN1's password is changed at the command line, and stays in where this page changes it", async () => {
    await manager.run('users.set-password', { account: 'admin1', password: 'another key' });
    await visit(page, manager, '/');
    await page.getByLabel('Password of ADMIN1').fill('another key');
    await button('Log in').click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.type('set the password of a user');
    await page
      .getByRole('option', { name: /Set the password of a user/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('account', { exact: true }).fill('admin1');
    await dialog.getByLabel('password', { exact: true }).fill(ADMIN_PASSWORD);
    await button('Run').click();
    await dialog.locator('pre').waitFor();
    await visit(page, manager, '/mailboxes');
    await page.getByRole('heading', { name: 'Mailboxes', level: 1 }).waitFor();
  });
});
