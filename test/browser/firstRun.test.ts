import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ADMIN_PASSWORD, axeFindings, FRESH_SETTINGS, Manager, picture } from './manager.js';
import { pop3Login } from './pop3Login.js';

const ADDRESS = 'mail@company.example';
/** No word that the practice ISP says by itself. */
const ISP_PASSWORD = 'Rosen8garten';
const USERS = ['andrew', 'greg', 'carolyn'];
const FIRST_MAIL = `From: Ann <ann@far.example>\nTo: Andrew <${ADDRESS}>\nSubject: Hello Andrew\n\nThe first one.\n`;

describe('The way from the first run to the first mail', () => {
  let manager: Manager;
  let page: Page;
  beforeEach(async () => {
    manager = await Manager.start(() => FRESH_SETTINGS);
    ({ page } = await manager.open());
    page.setDefaultTimeout(20_000);
  });
  afterEach(async () => {
    await manager.stop();
    expect(manager.violations).to.deep.equal([]);
  });

  it('is gone by clicking and typing', async () => {
    const { isp } = manager;
    isp.mailbox('mail', ISP_PASSWORD);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const show = async (name: string): Promise<void> => {
      await picture(page, `first-run-${name}`);
      expect(await axeFindings(page), name).to.deep.equal([]);
    };
    await page.goto(manager.address);
    await page.getByLabel('Password of ADMIN1').fill(ADMIN_PASSWORD);
    await page.getByLabel('The same password again').fill(ADMIN_PASSWORD);
    await show('1-password');
    await button('Continue').click();

    await page.getByLabel('E-mail address').fill(ADDRESS);
    expect(await page.getByLabel('Account name').inputValue()).to.equal('mail');
    expect(await page.getByLabel('POP3 server').inputValue()).to.equal('pop.company.example');
    await page.getByLabel('Password at the ISP').fill(ISP_PASSWORD);
    for (const [protocol, { host, port }] of [
      ['POP3', isp.pop3],
      ['SMTP', isp.smtp],
    ] as const) {
      await page.getByLabel(`${protocol} server`).fill(host);
      await page.getByLabel(`${protocol} security`).selectOption('plain');
      await page.getByLabel(`${protocol} port`).fill(String(port));
    }
    isp.mailbox('mail').put(FIRST_MAIL);
    await page.getByLabel('Domain POP account').check();
    await button('Save and test the login').click();
    await page.getByRole('heading', { name: 'SMTP works' }).waitFor();
    await page.getByRole('heading', { name: 'POP3 works' }).waitFor();
    await page.getByText(`Of 1 message, 1 is for ${ADDRESS} itself (to Andrew)`).waitFor();
    await button('Make it a Regular ISP account').click();
    await page.getByText('Regular ISP account fits.').waitFor();
    expect(await page.getByLabel('Regular ISP account').isChecked()).to.equal(true);
    isp.mailbox('mail').clear();
    for (const said of await page.getByText('What was said').all()) await said.click();
    const transcripts = (await page.locator('pre').allTextContents()).join('\n');
    expect(transcripts).to.contain('STAT').and.to.contain('EHLO');
    const response = Buffer.from(`\0mail\0${ISP_PASSWORD}`).toString('base64');
    for (const secret of [ISP_PASSWORD, response, Buffer.from(ISP_PASSWORD).toString('base64')]) expect(transcripts).to.not.contain(secret);
    await show('2-address');
    await button('Next: Users').click();

    for (const user of USERS) {
      await page.getByLabel('User name').fill(user);
      await page.getByText(`${user} <${ADDRESS}>`, { exact: true }).waitFor();
      await page.getByLabel('Password', { exact: true }).fill(`${user}'s own`);
      await page.getByLabel('Password again').fill(`${user}'s own`);
      if (user === 'carolyn') await page.getByLabel('greg').check();
      await button('Insert').click();
      await page.getByRole('cell', { name: user, exact: true }).first().waitFor();
    }
    await show('3-users');
    await button('Next: Timer').click();

    await page.getByLabel('Every so many minutes').fill('10');
    await button('Save the timer').click();
    await page.getByText('every 10 minutes').first().waitFor();
    await show('4-timer');
    await button('Next: Device').click();

    await page.getByLabel('IP address of the device').fill(isp.device.host);
    await page.getByLabel('TCP port').fill(String(isp.device.port));
    await button('Save and look now').click();
    await page.getByText('The device is seen.').waitFor();
    await show('5-device');
    await button('Next: Ports').click();
    await page.getByText('Every port is open.').waitFor();
    await page.getByLabel('IP addresses that may send without a login').fill('192.168.1.20, 127.0.0.1');
    await page.getByText('That is this computer').waitFor();
    await show('6-ports');
    await page.getByLabel('IP addresses that may send without a login').fill('the scanner');
    await button('Save the addresses').click();
    await page.getByText('A network as in 192.168.1.0/24').first().waitFor();
    await page.getByLabel('IP addresses that may send without a login').fill('192.168.1.20');
    await button('Save the addresses').click();
    await button('Keep it').click();
    await button('Next: Client sheets').click();

    isp.mailbox('mail').put(FIRST_MAIL);
    const sheet = page.locator('[data-user="andrew"]');
    await sheet.getByText('waits for the first login').waitFor();
    await button('Send/Receive').click();
    await page.getByText('1 message collected').waitFor();
    await pop3Login(manager.pop3Port, 'andrew', "andrew's own");
    await sheet.getByText('connected', { exact: true }).waitFor();
    await show('7-sheets');
    await page.getByRole('link', { name: 'Finish' }).click();

    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await show('8-overview');
    await page.getByRole('link', { name: 'Mailboxes' }).first().click();
    await page.getByRole('row', { name: /^andrew@company 1 / }).waitFor();
    await page.getByRole('link', { name: 'andrew@company' }).click();
    await page.getByRole('cell', { name: 'Hello Andrew', exact: true }).waitFor();
  });

  it('is gone by the keyboard alone', async () => {
    const { isp } = manager;
    const { keyboard } = page;
    const type = async (field: string, text: string): Promise<void> => {
      await tabTo(page, field);
      await keyboard.press('Control+a');
      await keyboard.type(text);
    };
    const press = async (name: string): Promise<void> => {
      await tabTo(page, name);
      await keyboard.press('Enter');
    };
    isp.mailbox('mail').put(FIRST_MAIL);
    await page.goto(manager.address);
    await page.getByRole('heading', { name: 'Welcome to Postroom' }).waitFor();
    await type('Password of ADMIN1', ADMIN_PASSWORD);
    await type('The same password again', ADMIN_PASSWORD);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your e-mail account' }).waitFor();
    await type('E-mail address', ADDRESS);
    await type('Password at the ISP', 'practice');
    for (const [protocol, { host, port }] of [
      ['POP3', isp.pop3],
      ['SMTP', isp.smtp],
    ] as const) {
      await type(`${protocol} server`, host);
      await tabTo(page, `${protocol} security`);
      await keyboard.type('None');
      await type(`${protocol} port`, String(port));
    }
    await press('Save and test the login');
    await page.getByRole('heading', { name: 'SMTP works' }).waitFor();
    await press('Next: Users');
    await page.getByRole('heading', { name: 'Add a user' }).waitFor();
    for (const user of USERS) {
      await type('User name', user);
      await type('Password', `${user}'s own`);
      await type('Password again', `${user}'s own`);
      await keyboard.press('Enter');
      await page.getByRole('cell', { name: user, exact: true }).first().waitFor();
      // The next, empty form takes the focus.
      await page.getByText('The mail addresses show here as you type.').waitFor();
    }
    await press('Next: Timer');
    await page.getByRole('heading', { name: 'Send and receive', exact: true }).waitFor();
    await tabTo(page, 'Monday 0 to 1');
    await keyboard.press('Space');
    for (let hour = 0; hour < 5; hour += 1) await keyboard.press('Shift+ArrowRight');
    expect(await page.getByRole('button', { name: 'Monday 5 to 6' }).getAttribute('aria-pressed')).to.equal('false');
    await press('Save the timer');
    await page.getByText('postroom config set').waitFor();
    await press('Next: Device');
    await type('IP address of the device', isp.device.host);
    await type('TCP port', String(isp.device.port));
    await press('Save and look now');
    await page.getByText('The device is seen.').waitFor();
    await keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Pages, commands, settings and users' }).waitFor();
    await keyboard.type('send and receive now');
    await page.getByRole('option', { name: 'Send and receive now' }).waitFor();
    await keyboard.press('Enter');
    await press('Run');
    // The timer may have collected it as soon as the device was seen.
    await page.getByText('"fetched":').waitFor();
    await keyboard.press('Escape');
    await keyboard.press('Control+k');
    await keyboard.type('mailboxes page');
    await page.getByRole('option', { name: 'Mailboxes page' }).waitFor();
    await keyboard.press('Enter');
    await page.getByRole('row', { name: /^andrew@company 1 / }).waitFor();
  });
});

/** Presses Tab until the focus is on what bears the name. */
async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 400; presses += 1) {
    const focused = (await page.evaluate(
      "(() => { const e = document.activeElement; return (e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? e.textContent ?? '').trim(); })()",
    )) as string;
    if (focused === name) return;
    seen.push(focused.slice(0, 30));
    await page.keyboard.press('Tab');
  }
  throw new Error(`The Tab key never comes to "${name}". It passed: ${[...new Set(seen)].join(' | ')}`);
}
