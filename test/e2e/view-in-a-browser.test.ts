import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveRows } from '../../src/run/view/serve-rows.js';
import { processes } from '../../src/this-process.js';
import { appendLetters, letter, someOutput } from '../run/view/some-output.js';
import { browserForTests } from '../support/chromium.js';
import { findChromium } from '../support/find-chromium.js';
import { openRows } from '../support/open-page.js';
import { runBatchai } from '../support/run-batchai.js';
import { until } from '../support/until.js';

const chromium = findChromium();
const openBrowser = browserForTests(chromium);

const EVIL = `</script><script>console.log('in')</script><img src="http://127.0.0.1:9/x" onerror="console.log('in')">`;

/** 120 rows, of which the 7th failed, the 8th is empty, and the 9th would like to do something. */
async function someRows(): Promise<string> {
  const line = (n: number) =>
    n === 7 || n === 8
      ? `${n},note ${n},\n`
      : `${n},note ${n},"{""topic"":""${n % 4 === 0 ? 'billing' : 'delivery'}"",""text"":""${n === 9 ? EVIL.replaceAll('"', '\\""') : `said ${n}`}""}"\n`;
  const lines = Array.from({ length: 120 }, (_, index) => line(index + 1));
  return someOutput('out.csv', `id,note,ai_output\n${lines.join('')}`, [
    letter(7, 'timeout', 'no answer came'),
  ]);
}

async function served(output: string): Promise<string> {
  const server = await serveRows({ output, port: 0 }, { processes, patienceMs: 50, token: 'token' });
  onTestFinished(() => server.close());
  return server.url;
}

function rowsShown(page: Page): Promise<string[]> {
  return page.locator('#rows tr td.n').allTextContents();
}

describe.skipIf(chromium === undefined)('rows in a browser', () => {
  it.each([
    ['served', 1280],
    ['served', 390],
    ['held', 1280],
  ] as const)('are searched, filtered, sorted and read by keys: %s, %i px', async (how, width) => {
    const browser = await openBrowser();
    const output = await someRows();
    const file = join(output, '..', 'rows.html');
    if (how === 'held') expect(await runBatchai(['view', output, '-o', file])).toMatchObject({ code: 0 });
    const url = how === 'held' ? pathToFileURL(file).href : await served(output);
    const { page, complaints } = await openRows(browser, url, { viewport: { width, height: 800 } });
    const found = page.locator('#found');

    expect(await page.locator('#place').textContent()).toBe('1–50 of 120');
    expect(await page.locator('#rows tr').nth(6).textContent()).toContain('timeoutno answer came');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);

    await page.keyboard.press('f');
    await until(async () => (await rowsShown(page)).join() === '7');

    await page.keyboard.press('x');
    await until(async () => (await rowsShown(page)).length === 50);
    await page.keyboard.press('/');
    await page.keyboard.type('NOTE 11');
    await page.keyboard.press('Enter');
    await until(async () => (await found.textContent()) === '11 of 120 rows match');
    expect(await page.locator('mark').first().textContent()).toBe('11');

    await page.selectOption('select[aria-label="ai_output › topic"]', '= billing');
    await page.selectOption('select[aria-label="Order"]', 'd id');
    await until(async () => (await rowsShown(page)).join() === '116,112');

    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const title = page.locator('#whole-title');
    await until(async () => (await title.textContent()) === 'Row 112: answered');
    await page.keyboard.press('k');
    await until(async () => (await title.textContent()) === 'Row 116: answered');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.waitForSelector('#keys[open]');
    expect(complaints).toEqual([]);
  });

  it('appear while they are written', async () => {
    const browser = await openBrowser();
    const output = await someOutput('out.csv', 'id,ai_output\n1,a\n');
    const { page, complaints } = await openRows(browser, await served(output));

    await appendFile(output, '2,b\n3,\n');
    await appendLetters(output, [letter(3, 'timeout', 'no answer')]);

    await until(async () => (await rowsShown(page)).length === 3);
    await until(async () => (await page.locator('#counts').textContent()) === '3 rows · 1 failed');
    expect(await page.locator('#rows tr').nth(2).textContent()).toContain('no answer');
    await writeFile(output, 'id,ai_output\n1,other\n');
    await until(async () => (await page.locator('#rows').textContent())?.includes('other') ?? false);
    expect(complaints).toEqual([]);
  });
});
