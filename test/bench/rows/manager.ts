// The manager in Chromium, with as much to show as the largest edition may have: how long until one sees something, and how much is on a page.
import path from 'node:path';
import type { Page } from 'playwright-core';
import { noChromium, openChromium } from '../../browser/chromium.js';
import { fillLog } from '../fillLog.js';
import { fillStore } from '../fillStore.js';
import { median } from '../measure.js';
import { mailboxNames, makeDataFolder, OurServer, USER_PASSWORD } from '../ourServer.js';
import { type Bench, type Measurement, notMeasured, type Row, within } from '../row.js';

const ACCOUNTS = 20;
const USERS = 64;
/** What a page may hold, whatever there is to list. */
const MOST_ELEMENTS = 3_000;
/** Pages that list what there is much of, and the heading and the text by which one sees that they are there. */
const LISTS = [
  { name: 'mailboxes', heading: 'Mailboxes', shows: 'Show more' },
  { name: 'accounts', heading: 'Accounts and users', shows: 'user63' },
  { name: 'log', heading: 'Log', shows: 'Older entries' },
] as const;

export const manager: Measurement = { name: 'manager', needs: [], run };

async function run(bench: Bench): Promise<readonly Row[]> {
  const missing = noChromium();
  if (missing !== undefined) return [notMeasured('manager', missing)];
  const mailboxes = mailboxNames(ACCOUNTS, USERS);
  const messages = bench.quick ? 10_240 : 100_000;
  const lines = bench.quick ? 100_000 : 1_000_000;
  const dataDir = path.join(bench.folder, 'manager');
  await makeDataFolder(dataDir, { accounts: ACCOUNTS, users: USERS });
  await fillStore(dataDir, mailboxes, Math.ceil(messages / mailboxes.length), 600);
  await fillLog(dataDir, mailboxes, lines);
  const server = await OurServer.start(dataDir);
  const browser = await openChromium();
  try {
    const first = await browser.newContext();
    await logIn(await first.newPage(), server.manager);
    const storageState = await first.storageState();
    await first.close();
    /** A browser that has never been here, but for its login. */
    const fresh = async <T>(look: (page: Page) => Promise<T>): Promise<T> => {
      const context = await browser.newContext({ storageState });
      const result = await look(await context.newPage());
      await context.close();
      return result;
    };
    const answers: number[] = [];
    for (let time = 0; time < 5; time += 1) answers.push(await timed(() => server.run('status')));
    const paints: number[] = [];
    const figures: number[] = [];
    for (let time = 0; time < (bench.quick ? 3 : 7); time += 1) {
      const [paint, figure] = await fresh((page) => dashboard(page, server.manager));
      paints.push(paint);
      figures.push(figure);
    }
    const scale = `${ACCOUNTS} accounts, ${count(mailboxes.length)} users, ${count(messages)} messages, ${count(lines)} log lines`;
    const rows = [
      within(`the manager's first paint, ${scale}`, 's', median(paints) / 1000, 1, [
        `with every figure of the overview: ${(median(figures) / 1000).toFixed(2)} s; slowest paint ${(Math.max(...paints) / 1000).toFixed(2)} s, nothing cached`,
        `the server's own part, its answer to "status": ${Math.round(median(answers))} ms`,
      ]),
    ];
    for (const list of LISTS) {
      const { elements, ms } = await fresh((page) => listPage(page, server.manager, list));
      rows.push(within(`elements of the page ${list.name}`, 'elements', elements, MOST_ELEMENTS, [`there after ${Math.round(ms)} ms`]));
    }
    return rows;
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function logIn(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Password of ADMIN1').fill(USER_PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

/** Milliseconds from the address to the first paint, and to the figures. */
async function dashboard(page: Page, address: string): Promise<readonly [number, number]> {
  await page.goto(address, { waitUntil: 'commit' });
  await page.getByText('Inbox', { exact: true }).waitFor();
  const figures = (await page.evaluate('performance.now()')) as number;
  const paint = (await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")) as number;
  return [paint, figures];
}

async function listPage(
  page: Page,
  address: string,
  { name, heading, shows }: (typeof LISTS)[number],
): Promise<{ readonly elements: number; readonly ms: number }> {
  await page.goto(new URL(`/${name}`, address).href, { waitUntil: 'commit' });
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  await page.getByText(shows).first().waitFor();
  const ms = (await page.evaluate('performance.now()')) as number;
  return { elements: (await page.evaluate("document.querySelectorAll('*').length")) as number, ms };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const count = (number: number): string => number.toLocaleString('en-US');
