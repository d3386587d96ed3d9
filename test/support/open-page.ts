import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface OpenedPage {
  readonly page: Page;
  /** Errors, messages on the console, and requests for anything but the page itself. */
  readonly complaints: string[];
}

/** Opens a report, and comes back when its charts are drawn. */
export async function openReport(
  browser: Browser,
  url: URL,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url.href) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url.href);
  await page.waitForSelector('html[data-drawn]');
  return { page, complaints };
}
