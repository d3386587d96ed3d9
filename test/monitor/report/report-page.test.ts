import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPageAssets } from '../../../src/monitor/report/page-assets.js';
import { reportPage } from '../../../src/monitor/report/report-page.js';
import { RunTally } from '../../../src/monitor/run-tally.js';
import { answeredRow, failedRow, newHistory, nightRun } from '../some-history.js';
import { factsOfRun, reportFacts } from '../some-report.js';

const ASSETS = readPageAssets();

/** A page without its own scripts and styles: what came from the facts. */
function contentOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<script>[\s\S]*?<\/script>/g, '')
    .replace(/<script type="module">[\s\S]*?<\/script>/g, '');
}

/** The text of a page, without its tags. */
function textOf(page: string): string {
  return contentOf(page)
    .replace(/<script[\s\S]*?<\/script>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

/** The titles of the charts that the page's script is to draw. */
function drawnIn(page: string): string[] {
  const [, json = '[]'] = /<script type="application\/json" id="charts">(.*?)<\/script>/.exec(page) ?? [];
  return (JSON.parse(json) as { title: string }[]).map(({ title }) => title);
}

describe('the page of a million rows', () => {
  const page = reportPage(factsOfRun(nightRun(1_000_000)), ASSETS);

  test('is below 300 KB', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
  });

  test('tells the run in figures, tables and charts', () => {
    const text = textOf(page);

    expect(text).toContain('product-description → described.csv');
    for (const words of [
      'Rows 1,000,000',
      'Errors by kind',
      'no answer within 60 s',
      'tier 2',
      'Slowest rows',
      'Enamel pan no. ',
      'rows a batch 50',
    ])
      expect(text).toContain(words);
    expect(drawnIn(page)).toEqual([
      'Throughput',
      'Calls in the air',
      'Latency of answered calls',
      'How long answers took',
      'Failed rows',
      'Retries',
      'Cost so far',
    ]);
  });

  test('says of each chart in words what it shows', () => {
    const places = page.match(
      /<div class="plot" id="([\w-]+)" role="img" aria-label="[^"]+" aria-describedby="\1-words">/g,
    );

    expect(places).toHaveLength(7);
    expect(textOf(page)).toMatch(/rows\/s on average, \d+ at most\./);
  });
});

describe('a page lets nothing in', () => {
  const EVIL = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'"\u202e😀`;

  function evilPage(): string {
    const history = newHistory({ inputsOf: () => ({ [EVIL]: EVIL }) });
    const tally = new RunTally();
    for (const result of [
      answeredRow(1, { answer: EVIL }),
      answeredRow(2, { answer: { [EVIL]: EVIL } }),
      failedRow(3, 'server', EVIL),
    ]) {
      history.add(result);
      tally.add(result);
    }
    history.sample(1_000, 1);
    const fact = { what: EVIL, value: EVIL };
    const changed = {
      fabric: EVIL,
      output: EVIL,
      version: EVIL,
      startedAt: EVIL,
      remarks: [EVIL],
      settings: [fact],
      fingerprint: [fact],
    };
    return reportPage(
      reportFacts({ ...changed, counts: tally.snapshot(), history: history.snapshot(1_000) }),
      ASSETS,
    );
  }

  test('of a row, an answer, an error or a name', () => {
    const page = evilPage();

    expect(contentOf(page)).not.toMatch(/<script>|<img/);
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(textOf(page)).toContain('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x');
    expect(textOf(page)).toContain('\u202e😀');
  });

  test('and its policy knows its own scripts and styles alone', () => {
    const page = evilPage();
    const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page) ?? [];
    const hashOf = (text = '') => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];

    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(ASSETS.plotScript)}' '${hashOf(ASSETS.chartScript)}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).toContain(`<script>${ASSETS.plotScript}</script>`);
  });

  test('nor anything from elsewhere', () => {
    expect(contentOf(evilPage())).not.toMatch(/\s(?:src|href|style|on\w+)=["']/);
  });
});

describe('a page says in words what is not there', () => {
  test('a run without failures, and without a second call', () => {
    const text = textOf(reportPage(factsOfRun(oneRow()), ASSETS));

    for (const words of ['No row failed.', 'No call was made again.', 'Failed 0 none'])
      expect(text).toContain(words);
    expect(text).not.toContain('by tier');
  });

  test('a run whose answers all came from the cache', () => {
    const text = textOf(reportPage(factsOfRun(oneRow({ reused: 'cache', calls: 0, latencyMs: 0 })), ASSETS));

    expect(text).toContain('No answer came from a call.');
    expect(text).toContain('Reused answers 1');
    expect(text).not.toContain('Slowest rows');
  });

  test('a run without a history', () => {
    const tally = new RunTally();
    tally.add(failedRow(17, 'refused'));
    const page = reportPage(reportFacts({ counts: tally.snapshot() }), ASSETS);

    expect(textOf(page)).toContain('Nothing is known of how this run went over time');
    expect(textOf(page)).toContain('refused 1 100 % row 17');
    expect(drawnIn(page)).toEqual([]);
  });

  test('a run that has done nothing yet', () => {
    const page = reportPage(reportFacts({ state: 'running', elapsedMs: 0 }), ASSETS);

    expect(textOf(page)).toContain('running');
    expect(textOf(page)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test('after a retry, examples of failures that it has mended are not shown', () => {
  const history = newHistory();
  for (const row of [1, 2]) history.add(failedRow(row, 'server', `broke in row ${row}`));
  const tally = new RunTally();
  tally.add(failedRow(2));
  const facts = reportFacts({ counts: tally.snapshot(), history: history.snapshot(1_000), retried: true });

  const text = textOf(reportPage(facts, ASSETS));

  expect(text).toContain('broke in row 2');
  expect(text).not.toContain('broke in row 1');
});

function oneRow(changed: Parameters<typeof answeredRow>[1] = {}) {
  const history = newHistory();
  const tally = new RunTally();
  const { reused, ...others } = changed;
  const result = answeredRow(1, changed);
  history.add(result);
  if (reused === undefined) tally.add(answeredRow(1, others));
  else tally.succeeded++;
  history.sample(300, 0);
  return { history, tally, elapsedMs: 300 };
}
