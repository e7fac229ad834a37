// The first run, by a person in Chromium: from an empty data folder to mail that comes from Dovecot and goes out through Postfix.
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { noChromium, openChromium } from '../browser/chromium.js';
import { Office, type Port } from '../kit/office.js';
import { Dovecot, ISP_PASSWORD } from './dovecot.js';
import { eventually } from './eventually.js';
import { Postfix } from './postfix.js';
import { succeed } from './program.js';
import { makeWorkFolder, obstacle, type WorkFolder } from './workFolder.js';

const ADDRESS = 'mail@company.example';
const USERS = ['andrew', 'greg', 'carolyn'];
const ANDREWS = "andrew's own";
const PATIENCE_MS = 60_000;
const LOOPBACK = { host: '127.0.0.1', port: 0 };
/** Ports that are free; everything else as a new data folder has it. */
const FRESH = {
  $schema: './settings.schema.json',
  'plugins.enabled': ['postroom.licensing-lite'],
  'admin-ui.listen': [{ ...LOOPBACK, security: 'plain' }],
  'pop3.listen': [{ ...LOOPBACK, security: 'starttls' }],
  'smtp.listen': [{ ...LOOPBACK, security: 'starttls' }],
};

describe('the first run against Dovecot and Postfix', function () {
  this.timeout(300_000);
  let work: WorkFolder;
  let device: Server;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let office: Office;
  let browser: Browser;
  let page: Page;

  before(async function () {
    const reason = obstacle() ?? noChromium();
    if (reason !== undefined) {
      process.stdout.write(`The peers see no first run: ${reason}.\n`);
      this.skip();
    }
    work = await makeWorkFolder();
    device = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    dovecot = await Dovecot.start(work, ['mail']);
    postfix = await Postfix.start(work, dovecot.authSocket);
    office = await Office.make(path.join(work.path, 'office'), FRESH);
    // As if an authority had signed the ISP's certificate: this machine trusts it.
    await office.start({ NODE_EXTRA_CA_CERTS: path.join(work.path, 'cert.pem') });
    browser = await openChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(PATIENCE_MS);
  });

  after(async () => {
    await browser?.close();
    await office?.stop();
    await postfix?.stop();
    await dovecot?.stop();
    if (device !== undefined) await new Promise((resolve) => device.close(resolve));
    await work?.remove();
  });

  const button = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

  /** The service's ports open when the wizard has found the device, so they are not among those that the start has told. */
  async function portOf(protocol: 'pop3' | 'smtp'): Promise<number> {
    const { ports } = await office.json<{ readonly ports: readonly (Port & { readonly protocol: string })[] }>('status');
    return ports.find((port) => port.protocol === protocol)?.port ?? 0;
  }

  it('sets the password of ADMIN1', async () => {
    await page.goto(office.ready.admin ?? '');
    await page.getByLabel('Password of ADMIN1').fill('the office key');
    await page.getByLabel('The same password again').fill('the office key');
    await button('Continue');
    await page.getByRole('heading', { name: 'Your e-mail account' }).waitFor();
  });

  it('logs in at Dovecot by STLS and at Postfix by STARTTLS', async () => {
    await page.getByLabel('E-mail address').fill(ADDRESS);
    await page.getByLabel('Password at the ISP').fill(ISP_PASSWORD);
    for (const [protocol, port] of [
      ['POP3', dovecot.port],
      ['SMTP', postfix.port],
    ] as const) {
      await page.getByLabel(`${protocol} server`).fill('localhost');
      await page.getByLabel(`${protocol} security`).selectOption('starttls');
      await page.getByLabel(`${protocol} port`).fill(String(port));
    }
    await button('Save and test the login');
    await page.getByRole('heading', { name: 'POP3 works' }).waitFor();
    await page.getByRole('heading', { name: 'SMTP works' }).waitFor();
    await page.getByText('What was said').first().click();
    const said = await page.locator('pre').first().textContent();
    expect(said).to.include('STLS').and.to.not.include(ISP_PASSWORD);
    await button('Next: Users');
  });

  it('adds three users, looks for the device, and finds every port open', async () => {
    for (const user of USERS) {
      await page.getByLabel('User name').fill(user);
      await page.getByLabel('Password', { exact: true }).fill(`${user}'s own`);
      await page.getByLabel('Password again').fill(`${user}'s own`);
      await button('Insert');
      await page.getByRole('cell', { name: user, exact: true }).first().waitFor();
      // The next, empty form.
      await page.getByText('The mail addresses show here as you type.').waitFor();
    }
    await button('Next: Timer');
    await button('Next: Device');
    await page.getByLabel('IP address of the device').fill('127.0.0.1');
    await page.getByLabel('TCP port').fill(String((device.address() as { port: number }).port));
    await button('Save and look now');
    await page.getByText('The device is seen.').waitFor();
    await button('Next: Ports');
    await page.getByText('Every port is open.').waitFor();
    await button('Next: Client sheets');
  });

  it('turns the sheet green when a mail program has picked up what came from Dovecot', async () => {
    const sheet = page.locator('[data-user="andrew"]');
    await sheet.getByText('waits for the first login').waitFor();
    const letter = `From: Ann <ann@far.example>\r\nTo: Andrew <${ADDRESS}>\r\nSubject: Hello Andrew\r\n\r\nThe first one.\r\n`;
    await dovecot.put('mail', [Buffer.from(letter)]);
    await button('Send/Receive');
    await page.getByText('1 message collected').waitFor();
    const url = `pop3://127.0.0.1:${await portOf('pop3')}/1`;
    const read = await succeed('curl', ['-sS', '--user', `andrew:${ANDREWS}`, url]);
    expect(read.toString()).to.match(/Subject: Hello Andrew\r\n\r\nThe first one\.\r\n$/);
    await sheet.getByText('connected', { exact: true }).waitFor();
    expect(await dovecot.count('mail'), 'left at the ISP').to.equal(0);
  });

  it('shows the message under Mailboxes', async () => {
    await page.getByRole('link', { name: 'Finish' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Mailboxes' }).first().click();
    await page.getByRole('row', { name: /^andrew@\S+ 1 / }).waitFor();
    await page.getByRole('link', { name: /^andrew@/ }).click();
    await page.getByRole('cell', { name: 'Hello Andrew', exact: true }).waitFor();
  });

  it('sends what andrew hands in through Postfix, with the login of the wizard', async () => {
    const server = ['--server', '127.0.0.1', '--port', String(await portOf('smtp')), '--tls'];
    const login = ['--auth', 'PLAIN', '--auth-user', 'andrew', '--auth-password', ANDREWS];
    const subject = ['--header', `From: Andrew <${ADDRESS}>`, '--header', 'Subject: Hello Ann'];
    await succeed('swaks', [...server, ...login, '--from', ADDRESS, '--to', 'ann@far.example', ...subject, '--body', 'Back to you.']);
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await button('Send/Receive');
    const arrived = await eventually('the message at Postfix', async () =>
      (await postfix.arrived()).find((mail) => mail.includes('Subject: Hello Ann\n')),
    );
    // With the user's name, so that the answer finds its way back to andrew.
    expect(arrived)
      .to.include('Back to you.')
      .and.to.match(/^From: andrew <mail@company\.example>$/m);
    await page.getByRole('link', { name: 'Outbox' }).first().click();
    await page.getByText('The Outbox is empty').waitFor();
  });
});
