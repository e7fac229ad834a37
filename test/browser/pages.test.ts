import { SettingsService } from '@postroom/sdk/services';
import { sampleMail } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { packPlugin } from '../kit/packedPlugin.js';
import { ADMIN_PASSWORD, axeFindings, Manager, picture } from './manager.js';
import { officeSettings } from './officeSettings.js';
import { PAGES } from './pageList.js';
import { ATTACK, dogsPlugin, evilPlugin } from './strangers.js';
import { until, visit } from './visit.js';

const LIMIT_BYTES = 90 * 1024;

describe("The manager's pages", () => {
  let manager: Manager;
  before(async () => {
    manager = await Manager.start(officeSettings, evilPlugin);
    const { isp } = manager;
    await manager.run('users.set-password', { account: 'admin1', password: ADMIN_PASSWORD });
    for (const account of ['company', 'works']) await manager.run('accounts.set-password', { account, password: 'practice' });
    await manager.run('users.set-password', { account: 'company', user: 'andrew', password: 'practice' });
    const boxes = { regular: isp.mailbox('mail'), domain: isp.mailbox('post') };
    for (const sample of sampleMail({ regular: 'mail@company.example', domain: 'works.example' })) boxes[sample.account].put(sample.text);
    boxes.regular.put(`From: "${ATTACK}" <x@far.example>\nTo: Andrew <mail@company.example>\nSubject: ${ATTACK}\n\nBoo\n`);
    boxes.regular.put(
      `From: <"${ATTACK}"@far.example>\nTo: "</script><script>alert(1)</script>" <mail@company.example>\nSubject: =?utf-8?Q?=3Csvg/onload=3Dalert(1)=3E?=\n\nBoo\n`,
    );
    await manager.run('send-receive', {});
  });
  after(() => manager.stop());
  afterEach(() => expect(manager.violations).to.deep.equal([]));

  /** What axe finds on each page, and how much wider than the window it is. */
  const findingsOnPages = async (page: Page, variant: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [name, address] of PAGES) {
      await visit(page, manager, address);
      await picture(page, `${name}-${variant}`);
      found.push(...(await axeFindings(page)).map((line) => `${name}: ${line}`));
      const over = (await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number;
      if (over > 0) found.push(`${name}: ${over} px too wide`);
    }
    return found;
  };

  for (const [theme, dark] of [
    ['light', false],
    ['dark', true],
  ] as const) {
    for (const width of [1280, 360]) {
      it(`have nothing for axe to find and fit, ${theme} at ${width} px`, async () => {
        const { page, context } = await manager.open({ width, dark });
        await manager.logIn(page);
        const found = [...(await findingsOnPages(page, `${theme}-${width}`))];
        await page.keyboard.press('Control+k');
        await page.getByRole('option').first().waitFor();
        await picture(page, `palette-${theme}-${width}`);
        found.push(...(await axeFindings(page)).map((line) => `palette: ${line}`));
        expect(found).to.deep.equal([]);
        await context.close();
      });
    }
  }

  it('have nothing for axe to find and fit at 200 % zoom', async () => {
    const { page, context } = await manager.open({ zoom: 2 });
    await manager.logIn(page);
    expect(await findingsOnPages(page, 'zoom-200')).to.deep.equal([]);
    await context.close();
  });

  it('show what attackers write as text', async () => {
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/mailboxes/andrew%40company');
    await page.getByRole('cell', { name: ATTACK }).first().waitFor();
    await visit(page, manager, '/trace?query=onerror');
    await page.getByRole('heading', { name: ATTACK }).first().waitFor();
    await visit(page, manager, '/plugins');
    await page.getByText(`Evil ${ATTACK}`).first().waitFor();
    await visit(page, manager, '/log');
    await page.getByRole('columnheader', { name: 'Time' }).waitFor();
    expect(await page.locator('img[src="x"]').count()).to.equal(0);
    await context.close();
  });

  it('change when something happens elsewhere, without a reload', async () => {
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/mailboxes');
    const row = page.getByRole('row', { name: /^greg@company / });
    const before = await row.textContent();
    manager.isp.mailbox('mail').put('From: a@far.example\nTo: Greg <mail@company.example>\nSubject: Live\n\nNow\n');
    await manager.run('send-receive', {});
    await until(page, `![...document.querySelectorAll('tr')].some((row) => row.textContent === ${JSON.stringify(before)})`);
    await visit(page, manager, '/timer');
    await manager.run('config.set', { key: 'timer.everyMinutes', value: '42' });
    await until(page, "[...document.querySelectorAll('input')].some((input) => input.value === '42')");
    await context.close();
  });

  it("show what a stranger's plugin adds while they are open, and run no code of it", async () => {
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/settings');
    const overview = await context.newPage();
    await visit(overview, manager, '/');
    const log = await context.newPage();
    await visit(log, manager, '/log');
    const account = await context.newPage();
    await visit(account, manager, '/accounts/company');
    await account.getByText(/^More about this account: /).click();
    await manager.run('plugins.add', { plugin: (await packPlugin(await dogsPlugin())).toString('base64') });
    await page.getByLabel('How many dogs bark').waitFor();
    await account.getByLabel('Kennel of the account').fill('the red one');
    await account.getByRole('button', { name: 'Save', exact: true }).click();
    await account.getByText(/^More about this account: .*1 changed/).waitFor();
    await account.getByRole('button', { name: 'Where do the dogs sleep?' }).click();
    await account.getByText('Found: The dogs of company like straw.').waitFor();
    expect(await account.getByText('12', { exact: true }).count(), 'what has no title').to.equal(0);
    await account.getByText('Kennel of the account: 4711 (now the red one)').waitFor();
    await account.getByText('Seen', { exact: true }).click();
    await account.getByRole('row', { name: '<b>Rex</b> 3' }).waitFor();
    await account.getByRole('button', { name: 'Apply' }).click();
    await account.getByText('The account is set up for that already.').waitFor();
    expect(await manager.run('config.get', { key: 'accounts.company.dogs.kennel' }), 'a text').to.equal('4711');
    await account.getByRole('button', { name: 'Modify greg' }).click();
    await account.getByText(/^More about greg: /).click();
    await account.getByLabel('Bites this user').check();
    await account.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await account.getByText(/^More about greg: .*1 changed/).waitFor();
    expect(await manager.run('config.get', { key: 'accounts.company.users.greg.dogs.bites' })).to.equal(true);
    await account.keyboard.press('Escape');
    await account.getByRole('button', { name: 'Add an account' }).click();
    const form = account.getByRole('dialog');
    await form.getByLabel('E-mail address').fill('mail@pack.example');
    expect(await form.getByLabel('Yard').count(), 'of another kind').to.equal(0);
    await form.getByRole('radio', { name: /Pack of dogs/ }).check();
    await form.getByText('Where the pack runs.').waitFor();
    await form.getByLabel('Password at the ISP').fill('practice');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await form.getByText('Pack of dogs: Yard must be filled in.').waitFor();
    await form.getByLabel('Yard').fill('north=');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await account.getByRole('heading', { name: 'pack', exact: true }).waitFor();
    expect(await manager.run('config.get', { key: 'accounts.pack' })).to.include({ kind: 'pack', 'dogs.yard': 'north=' });
    await manager.run('accounts.remove', { account: 'pack' });
    await overview.getByText('Ten dogs bark.').waitFor();
    await log.getByRole('columnheader', { name: 'Dogs' }).waitFor();
    await context.close();
  });

  it('lock, keep what was typed, and go on after the password', async () => {
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/trace');
    await page.getByLabel('Find messages').fill('half a thought');
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    await page.getByLabel('Password of ADMIN1').fill(ADMIN_PASSWORD);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('heading', { name: 'Trace' }).waitFor();
    expect(await page.getByLabel('Find messages').inputValue()).to.equal('half a thought');
    await context.close();
  });

  it('save the text of the settings, with problems at their lines', async () => {
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/settings?view=text');
    const editor = page.getByRole('textbox', { name: 'settings.json' });
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('\n"log.keepDay": 12,');
    await page.getByText('log.keepDays', { exact: false }).first().waitFor();
    await page
      .getByText(/Line \d+/)
      .first()
      .waitFor();
    await page.keyboard.press('Control+z');
    await context.close();
  });

  it('change in the form what this server has for itself, and go back to the value for all', async () => {
    const { node } = manager.server.get(SettingsService);
    const own = `nodes.${node}.server.freeSpaceFloorMB`;
    await manager.run('config.set', { key: own, value: '5' });
    const { page, context } = await manager.open();
    await manager.logIn(page);
    await visit(page, manager, '/settings?find=server.freeSpaceFloorMB');
    await page.getByText(`for ${node} alone`).waitFor();
    const field = page.getByLabel('Room to keep free (MB)');
    expect(await field.inputValue()).to.equal('5');
    await field.fill('6');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('not saved yet').waitFor({ state: 'detached' });
    expect(await manager.run('config.get', { key: own })).to.equal(6);
    await page.getByRole('button', { name: 'Back to the value for all servers' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(`for ${node} alone`).waitFor({ state: 'detached' });
    expect(manager.server.get(SettingsService).written(['nodes', node])).to.deep.equal({});
    await context.close();
  });

  it('weigh at most 90 KB on the first load, all from this server', async () => {
    const { page, context } = await manager.open();
    let weight = 0;
    const foreign: string[] = [];
    page.on('response', (response) => {
      if (!response.url().startsWith(manager.address)) foreign.push(response.url());
      if (!response.url().includes('/api/')) weight += Number(response.headers()['content-length'] ?? LIMIT_BYTES);
    });
    await manager.logIn(page);
    await page.waitForLoadState('load');
    expect(weight).to.be.above(10_000).and.at.most(LIMIT_BYTES);
    expect(foreign).to.deep.equal([]);
    await context.close();
  });
});
