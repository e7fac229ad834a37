import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ADMIN_PASSWORD, axeFindings, Manager, picture } from './manager.js';
import { officeSettings } from './officeSettings.js';
import { visit } from './visit.js';

const KEY = 'pop3.listen';

describe('A change of ports in the manager', () => {
  let manager: Manager;
  let clock: VirtualClock;
  let page: Page;
  before(async () => {
    clock = new VirtualClock(new Date());
    manager = await Manager.start(officeSettings, undefined, clock);
    await manager.run('users.set-password', { account: 'admin1', password: ADMIN_PASSWORD });
  });
  after(() => manager.stop());
  beforeEach(async () => {
    ({ page } = await manager.open());
    page.setDefaultTimeout(60_000);
    await manager.logIn(page);
    await visit(page, manager, `/settings?find=${KEY}`);
  });
  afterEach(() => expect(manager.violations).to.deep.equal([]));

  const securities = async (): Promise<readonly string[]> =>
    ((await manager.run('config.get', { key: KEY })) as readonly { readonly security: string }[]).map(({ security }) => security);
  const notice = () => page.getByText('Does everything still work?');
  const changeTo = async (security: string): Promise<void> => {
    await page.getByLabel('Security').first().selectOption(security);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await shownSoon(() => notice().isVisible());
  };
  /** The events for the page wait for the clock, which stands still. */
  const shownSoon = async (isShown: () => Promise<boolean>): Promise<void> => {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (await isShown()) return;
      await clock.advance(10);
      await page.waitForTimeout(50);
    }
    throw new Error('It never showed.');
  };

  it('stays where somebody keeps it', async () => {
    await changeTo('plain');
    await page.getByText(/^pop3\.listen go(es)? back to what (it was|they were) at /).waitFor();
    await picture(page, 'trial-notice');
    expect(await axeFindings(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Keep it' }).click();
    await notice().waitFor({ state: 'detached' });
    await clock.advance(120_000);
    expect(await securities()).to.deep.equal(['plain']);
  });

  it('goes back where nobody does, and the page shows it', async () => {
    const before = await securities();
    await changeTo('starttls');
    expect(await securities()).to.deep.equal(['starttls']);
    await clock.advance(60_000);
    await shownSoon(async () => !(await notice().isVisible()));
    await shownSoon(async () => (await page.getByLabel('Security').first().inputValue()) === before[0]);
    expect(await securities()).to.deep.equal(before);
  });
});
