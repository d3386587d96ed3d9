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
  const opened = await openPage(browser, options, (asked) => asked === url.href);
  await opened.page.goto(url.href);
  await opened.page.waitForSelector('html[data-drawn]');
  return opened;
}

/** Opens a page of rows, and comes back when it shows the first ones. It asks its own server for them. */
export async function openRows(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const opened = await openPage(browser, options, (asked) => asked.startsWith(url));
  await opened.page.goto(url);
  await opened.page.waitForSelector('#rows tr');
  return opened;
}

async function openPage(
  browser: Browser,
  options: BrowserContextOptions,
  isOwn: (url: string) => boolean,
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!isOwn(request.url())) complaints.push(`request: ${request.url()}`);
  });
  return { page, complaints };
}
