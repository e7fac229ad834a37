// Debian's Chromium, without its own traffic.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

export const CHROMIUM = process.env['POSTROOM_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why no page can be opened here, `undefined` where one can. */
export function noChromium(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : `there is no Chromium at ${CHROMIUM}; POSTROOM_CHROMIUM names another place`;
}

export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
