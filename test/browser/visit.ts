// Goes to a page of the manager, and waits for what it shows.
import type { Page } from 'playwright-core';
import type { Manager } from './manager.js';

export async function visit(page: Page, manager: Manager, address: string): Promise<void> {
  await page.goto(new URL(address, manager.address).href);
  await page.locator('h1, .notice').first().waitFor();
  // Until nothing is loading any more: the stream of events never ends, so the network is never idle.
  await until(page, "!document.body.textContent.includes('Loading')");
  await page.waitForTimeout(400);
}

/** Asks until the expression is true. Playwright's own waiting evaluates in the page, which the content security policy forbids. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await page.evaluate(expression)) === true) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`It never became true: ${expression}`);
}
