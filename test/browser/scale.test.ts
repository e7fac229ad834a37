// The largest edition: a page holds what one looks at, not everything there is, and everything can be reached all the same.
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { fillLog } from '../bench/fillLog.js';
import { fillStore } from '../bench/fillStore.js';
import { accountNames, mailboxNames, userNames } from '../bench/ourServer.js';
import { ADMIN_PASSWORD, FRESH_SETTINGS, Manager } from './manager.js';
import { until, visit } from './visit.js';

const ACCOUNTS = 20;
const USERS = 64;
const MAILBOXES = mailboxNames(ACCOUNTS, USERS);
const LINES = 5_000;
/** Of any table, at first sight. */
const MOST_ROWS = 200;

describe('The manager of 1,280 users', () => {
  let manager: Manager;
  let page: Page;
  before(async () => {
    const users = (account: number): object => Object.fromEntries(userNames(USERS, account).map((name) => [name, {}]));
    const accounts = accountNames(ACCOUNTS).map((id, account) => [
      id,
      { kind: 'domain', address: `post@${id}.example`, users: users(account) },
    ]);
    const settings = { ...FRESH_SETTINGS, 'plugins.enabled': ['postroom.licensing-pro'], accounts: Object.fromEntries(accounts) };
    manager = await Manager.start(
      () => settings,
      async (dataDir) => {
        await fillStore(dataDir, ['works/user0'], 250, 600);
        await fillLog(dataDir, MAILBOXES, LINES);
      },
    );
    await manager.run('users.set-password', { account: 'admin1', password: ADMIN_PASSWORD });
    ({ page } = await manager.open());
    await manager.logIn(page);
  });
  after(() => manager.stop());
  afterEach(() => expect(manager.violations).to.deep.equal([]));

  const rows = (): Promise<number> => page.locator('tbody tr').count();

  it('lists a hundred mailboxes, finds any other by its name, and shows more on request', async () => {
    await visit(page, manager, '/mailboxes');
    await page.getByRole('heading', { name: /^1,28\d mailboxes, 250 messages$/ }).waitFor();
    expect(await rows()).to.equal(100);
    await page.getByRole('button', { name: 'Show more' }).click();
    await until(page, "document.querySelectorAll('tbody tr').length === 200");
    await page.getByLabel('Find a mailbox').fill('user63-19');
    await page.getByRole('link', { name: 'user63-19@works19' }).waitFor();
    expect(await rows()).to.equal(1);
  });

  it('lists a hundred messages of a mailbox, and more on request', async () => {
    await visit(page, manager, '/mailboxes/user0%40works');
    expect(await rows()).to.equal(100);
    await page.getByRole('button', { name: /more|older/i }).click();
    await until(page, "document.querySelectorAll('tbody tr').length > 100");
  });

  it('shows the users of one account at a time, with every account in reach', async () => {
    await visit(page, manager, '/accounts');
    expect(await rows()).to.be.at.most(MOST_ROWS);
    await visit(page, manager, '/accounts/works19');
    await page.getByText('user63-19', { exact: true }).first().waitFor();
    expect(await rows()).to.be.within(USERS, MOST_ROWS);
  });

  it('shows the newest lines of the log, and older ones on request', async () => {
    await visit(page, manager, '/log');
    const first = await rows();
    expect(first).to.be.within(10, MOST_ROWS);
    await page.getByRole('button', { name: 'Older entries' }).click();
    await until(page, `document.querySelectorAll('tbody tr').length > ${first}`);
    expect(await rows()).to.be.at.most(2 * MOST_ROWS);
  });

  it('finds every user in the palette, and lists a few at a time', async () => {
    await visit(page, manager, '/');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Pages, commands, settings and users' }).waitFor();
    await page.keyboard.type('user63-19');
    await page
      .getByRole('option', { name: /user63-19/ })
      .first()
      .waitFor();
    expect(await page.getByRole('option').count()).to.be.at.most(40);
  });
});
