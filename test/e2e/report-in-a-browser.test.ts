import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint-file.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import { answeredRow, newHistory, nightRun, type RunLeft } from '../monitor/some-history.js';
import { browserForTests } from '../support/chromium.js';
import { findChromium } from '../support/find-chromium.js';
import { leaveRun } from '../support/left-run.js';
import { openReport } from '../support/open-page.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const chromium = findChromium();
const openBrowser = browserForTests(chromium);

/** The report that the program makes of a run. */
async function reportOf(
  left: RunLeft,
  changed: Partial<Checkpoint> = {},
  letters: readonly object[] = [],
): Promise<URL> {
  const folder = await temporaryFolder();
  await leaveRun(join(folder, 'out.csv.checkpoint'), left, changed);
  await writeFile(join(folder, 'out.csv'), '');
  const lines = letters.map((letter) => `${JSON.stringify(letter)}\n`);
  await writeFile(join(folder, 'out.csv.dead-letters.jsonl'), lines.join(''));
  const { code, stderr } = await runBatchai(['report', 'out.csv'], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  return pathToFileURL(join(folder, 'out.csv.report.html'));
}

/** When it is so, looked at before each picture. The page's policy lets Playwright's own way of waiting run nothing. */
async function until(page: Page, condition: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => (${condition} ? resolve() : requestAnimationFrame(look));
    look();
  })`);
}

/** Of each chart, how many dots of its canvas have a colour: axes, grid and words are grey. */
function coloredDots(page: Page): Promise<Record<string, number>> {
  return page.evaluate(`Object.fromEntries([...document.querySelectorAll('.plot')].map((plot) => {
    const canvas = plot.querySelector('canvas');
    if (canvas === null || canvas.width === 0) return [plot.id, 0];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let dots = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = data.slice(at, at + 4);
      if (alpha > 100 && Math.max(red, green, blue) - Math.min(red, green, blue) > 50) dots++;
    }
    return [plot.id, dots];
  }))`);
}

const SIZES = { laptop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const CHARTS = ['throughput', 'in-air', 'latency', 'latencies', 'failures', 'retries', 'spend'];

describe.skipIf(chromium === undefined)('a report in a browser', () => {
  it.each([
    ['laptop', 'light'],
    ['laptop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)('draws every chart and complains of nothing: %s, %s', async (device, colorScheme) => {
    const browser = await openBrowser();
    const url = await reportOf(nightRun(20_000));

    const { page, complaints } = await openReport(browser, url, { viewport: SIZES[device], colorScheme });

    const dots = await coloredDots(page);
    expect(Object.keys(dots)).toEqual(CHARTS);
    for (const [chart, count] of Object.entries(dots)) expect(count, chart).toBeGreaterThan(200);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES[device].width);
    expect(complaints).toEqual([]);
  });

  it('has the figures of the place under the cursor beside the names', async () => {
    const browser = await openBrowser();
    const { page } = await openReport(browser, await reportOf(nightRun(20_000)), { viewport: SIZES.laptop });

    await page.hover('#latency .u-over');

    await page.waitForSelector('figure:has(#latency) .key b');
    // The other charts over time follow.
    expect(await page.locator('figure:has(#throughput) .key b').textContent()).toMatch(/^[\d.]+$/);
    expect(await page.locator('figure:has(#latencies) .key b').count()).toBe(0);
  });

  it('follows the window and the scheme of colours', async () => {
    const browser = await openBrowser();
    const { page, complaints } = await openReport(browser, await reportOf(nightRun(20_000)), {
      viewport: SIZES.laptop,
      colorScheme: 'light',
    });
    await page.evaluate("light = document.querySelector('#throughput canvas').toDataURL()");

    await page.emulateMedia({ colorScheme: 'dark' });
    await until(page, "document.querySelector('#throughput canvas').toDataURL() !== light");
    await page.setViewportSize(SIZES.phone);
    await until(page, "document.querySelector('#throughput canvas').getBoundingClientRect().width < 390");

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES.phone.width);
    for (const count of Object.values(await coloredDots(page))) expect(count).toBeGreaterThan(200);
    expect(complaints).toEqual([]);
  });

  it('is printed on light paper with all charts', async () => {
    const browser = await openBrowser();
    const { page, complaints } = await openReport(browser, await reportOf(nightRun(20_000)), {
      viewport: SIZES.phone,
      colorScheme: 'dark',
    });

    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print' });

    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    for (const count of Object.values(await coloredDots(page))) expect(count).toBeGreaterThan(200);
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    expect(complaints).toEqual([]);
  });

  it('keeps what stands in rows from doing anything', async () => {
    const browser = await openBrowser();
    const evil = `</script><script>console.log('in')</script><img src="http://127.0.0.1:9/x" onerror="console.log('in')"><style>*{display:none}</style>`;
    const history = newHistory({ inputsOf: () => ({ [evil]: evil }) });
    const tally = new RunTally();
    const result = answeredRow(1, { answer: { [evil]: evil } });
    history.add(result);
    tally.add(result);
    history.sample(1_000, 1);

    const url = await reportOf({ history, tally, elapsedMs: 1_000 }, { settings: { [evil]: evil } });
    const { page, complaints } = await openReport(browser, url, { viewport: SIZES.laptop });

    expect(complaints).toEqual([]);
    expect(await page.locator('.sample dd').textContent()).toBe(evil);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('finds failed rows by the words in them', async () => {
    const browser = await openBrowser();
    const url = await reportOf(nightRun(1_000), {}, [
      {
        row: 3,
        item: { id: '3', text: 'a red shoe' },
        error: { kind: 'unprocessable', message: 'too long' },
      },
      { row: 9, item: { id: '9', text: 'a blue shoe' }, error: { kind: 'timeout', message: 'no answer' } },
    ]);
    const { page, complaints } = await openReport(browser, url, { viewport: SIZES.phone });

    await page.fill('#failed-rows input', 'Shoe TIMEOUT');

    expect(await page.locator('#failed-rows li:visible').allTextContents()).toEqual([
      expect.stringContaining('row 9'),
    ]);
    expect(await page.locator('#failed-rows output').textContent()).toBe('1 of 2');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES.phone.width);
    expect(complaints).toEqual([]);
  });

  it('draws also a run of one row', async () => {
    const browser = await openBrowser();
    const history = newHistory();
    const tally = new RunTally();
    history.add(answeredRow(1));
    tally.add(answeredRow(1));
    history.sample(263, 1);

    const { page, complaints } = await openReport(
      browser,
      await reportOf({ history, tally, elapsedMs: 263 }),
      {
        viewport: SIZES.phone,
      },
    );

    const dots = await coloredDots(page);
    expect(Object.keys(dots)).toEqual(['throughput', 'in-air', 'latency', 'latencies']);
    for (const [chart, count] of Object.entries(dots)) expect(count, chart).toBeGreaterThan(10);
    expect(complaints).toEqual([]);
  });
});
