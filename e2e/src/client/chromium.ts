import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Whether there is a real browser on this machine. Says so once where there is none. */
export function hasChromium(what: string): boolean {
  if (existsSync(CHROMIUM)) return true;
  process.stdout.write(`skipped: ${what} is tried with ${CHROMIUM}, which is not here\n`);
  return false;
}

/** A real browser without a screen. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
