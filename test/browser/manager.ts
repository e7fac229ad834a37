// A server, a practice ISP and Chromium, for the tests that go through the manager as a person does.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { CommandCall } from '@postroom/sdk';
import { managerAddress } from '@postroom/sdk/base';
import { type Clock, PortCatalogue } from '@postroom/sdk/services';
import { PracticeIsp } from '@postroom/sdk/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { openChromium } from './chromium.js';

export const ADMIN_PASSWORD = 'the office key';
const LOOPBACK = { host: '127.0.0.1', port: 0 };
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Ports that are free; everything else as a new data folder has it. */
export const FRESH_SETTINGS = {
  $schema: './settings.schema.json',
  'plugins.enabled': ['postroom.licensing-lite'],
  'log.level': 'error',
  'admin-ui.listen': [{ ...LOOPBACK, security: 'plain' }],
  'pop3.listen': [{ ...LOOPBACK, security: 'starttls' }],
  'smtp.listen': [{ ...LOOPBACK, security: 'starttls' }],
};

export class Manager {
  readonly violations: string[] = [];
  #session: Awaited<ReturnType<BrowserContext['cookies']>> = [];
  #call: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };

  private constructor(
    readonly server: Server,
    readonly isp: PracticeIsp,
    private readonly browser: Browser,
  ) {}

  /** `prepare` may write into the data folder before the server starts. */
  static async start(
    settings: (isp: PracticeIsp) => object,
    prepare: (dataDir: string) => Promise<void> = async () => undefined,
    clock?: Clock,
  ): Promise<Manager> {
    const isp = await PracticeIsp.start();
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-browser-'));
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings(isp), undefined, 2));
    await prepare(dataDir);
    const server = await openServer({ dataDir, log: createLog('silent'), ...(clock !== undefined && { clock }) });
    return new Manager(server, isp, await openChromium());
  }

  get address(): string {
    return managerAddress(this.server.get(PortCatalogue).ports) ?? '';
  }

  get pop3Port(): number {
    return service(this.server.container, Ports).ports.find(({ protocol }) => protocol === 'pop3')?.port ?? 0;
  }

  run(command: string, args: object = {}): Promise<unknown> {
    return this.server.run(command, args, this.#call);
  }

  /** A page that collects what the content security policy refused, and every script error and dialog. */
  async open(
    options: { readonly width?: number; readonly zoom?: number; readonly dark?: boolean } = {},
  ): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
    const context = await this.browser.newContext({
      // As the browser zooms: fewer CSS pixels in the window, each of more pixels of the screen.
      viewport: { width: (options.width ?? 1280) / (options.zoom ?? 1), height: 900 / (options.zoom ?? 1) },
      deviceScaleFactor: options.zoom ?? 1,
      colorScheme: options.dark === true ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    await context.addInitScript(
      "document.addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI))",
    );
    const page = await context.newPage();
    page.on('console', (message) => {
      if (/CSP |Content Security Policy/.test(message.text())) this.violations.push(message.text());
    });
    page.on('pageerror', (error) => this.violations.push(`script error: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.violations.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return { page, context };
  }

  /** By an earlier session that is still good, else by the form: the server takes ten logins a minute. */
  async logIn(page: Page): Promise<void> {
    const overview = page.getByRole('heading', { name: 'Overview', level: 1 });
    const form = page.getByLabel('Password of ADMIN1');
    await page.context().addCookies([...this.#session]);
    await page.goto(this.address);
    await form.or(overview).waitFor();
    if (await form.isVisible()) {
      await form.fill(ADMIN_PASSWORD);
      await page.getByRole('button', { name: 'Log in' }).click();
      await overview.waitFor();
    }
    this.#session = await page.context().cookies();
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    await this.isp.stop();
    await rm(this.server.dataDir, { recursive: true, force: true });
  }
}

/** What axe finds, a line each. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // Evaluated, not added as a tag: the content security policy would rightly refuse that.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)')) as {
    id: string;
    help: string;
    nodes: { html: string; failureSummary: string }[];
  }[];
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 160)} ${node.failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`),
  );
}

/** Keeps a picture where somebody asked for pictures. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['POSTROOM_PICTURES'];
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  }
}
