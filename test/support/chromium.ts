import { type Browser, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';

/** A browser without a window, that speaks to nobody by itself; it is closed when the running test ends. */
export async function browserForTest(executablePath: string): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  onTestFinished(() => browser.close());
  return browser;
}
