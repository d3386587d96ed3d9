import { type Browser, chromium } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';

/**
 * A browser without a window, that speaks to nobody by itself: the first test that asks for it starts it, and it is
 * closed after the last test of the file. The contexts of a test are closed when it ends: the next finds the browser
 * as if it were new.
 */
export function browserForTests(executablePath = ''): () => Promise<Browser> {
  let launched: Promise<Browser> | undefined;
  afterAll(async () => {
    await (await launched)?.close();
  });
  return async () => {
    launched ??= launch(executablePath);
    const browser = await launched;
    onTestFinished(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    });
    return browser;
  };
}

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
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
}
