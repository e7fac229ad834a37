// Pictures of the manager for README.md and docs/manager.md, light and dark, from the demo: node scripts/screenshots.mjs [folder]
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs', 'pictures'));
const PAGES = {
  overview: '/',
  accounts: '/accounts/company',
  trace: '/trace?query=andrew',
  timer: '/timer',
  settings: '/settings?find=timer',
  log: '/log',
};
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The demo says where its manager is, and the password. */
function startDemo() {
  const demo = spawn(process.execPath, [path.join(root, 'core', 'bin', 'postroom.mjs'), 'demo'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = new Promise((resolve, reject) => {
    let text = '';
    demo.stdout.on('data', (piece) => {
      text += piece;
      const found = /Manager\s+(http\S+)\s+password of ADMIN1: (\S+)/.exec(text);
      if (found !== null) {
        resolve({ address: found[1], password: found[2] });
      }
    });
    demo.once('exit', () => reject(new Error(`The demo ended before its manager was open:\n${text}`)));
  });
  return { demo, ready };
}

const { demo, ready } = startDemo();
const { address, password } = await ready;
const browser = await chromium.launch({ executablePath: process.env.POSTROOM_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
try {
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 840 }, colorScheme, reducedMotion: 'reduce' });
    await page.goto(address);
    await page.getByLabel('Password of ADMIN1').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    for (const [name, url] of Object.entries(PAGES)) {
      await page.goto(new URL(url, address).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForTimeout(800);
      await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });
    }
    await page.close();
  }
} finally {
  await browser.close();
  demo.kill('SIGTERM');
}
