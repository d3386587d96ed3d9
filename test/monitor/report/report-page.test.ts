import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
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

  it('is below 300 KB', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
  });

  it('tells the run in figures, tables and charts', () => {
    const text = textOf(page);

    expect(text).toContain('product-description → described.csv');
    for (const words of [
      'Rows 1,000,000',
      'Errors by kind',
      'no answer within 60 s',
      '2. better-description',
      'a thousand rows',
      'Slowest rows',
      'Enamel pan no. ',
      'rows a batch 50',
    ])
      expect(text).toContain(words);
    expect(drawnIn(page)).toEqual([
      'Throughput',
      'Calls in flight',
      'Latency of answered calls',
      'How long answers took',
      'Failed rows',
      'Retries',
      'Cost so far',
    ]);
  });

  it('says of each chart in words what it shows', () => {
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

  it('of a row, an answer, an error or a name', () => {
    const page = evilPage();

    expect(contentOf(page)).not.toMatch(/<script>|<img/);
    expect(page.match(/<script/g)).toHaveLength(4);
    expect(textOf(page)).toContain('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x');
    expect(textOf(page)).toContain('\u202e😀');
  });

  it('and its policy knows its own scripts and styles alone', () => {
    const page = evilPage();
    const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page) ?? [];
    const hashOf = (text = '') => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];

    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(ASSETS.plotScript)}' '${hashOf(ASSETS.chartScript)}' '${hashOf(ASSETS.searchScript)}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).toContain(`<script>${ASSETS.plotScript}</script>`);
  });

  it('nor anything from elsewhere', () => {
    expect(contentOf(evilPage())).not.toMatch(/\s(?:src|href|style|on\w+)=["']/);
  });
});

describe('a page says in words what is not there', () => {
  it('a run without failures, and without a second call', () => {
    const text = textOf(reportPage(factsOfRun(oneRow()), ASSETS));

    for (const words of ['No row failed.', 'No call was made again.', 'Failed 0 none'])
      expect(text).toContain(words);
    expect(text).not.toContain('Tokens and cost');
  });

  it('a run whose answers all came from the cache', () => {
    const text = textOf(reportPage(factsOfRun(oneRow({ reused: 'cache', calls: 0, latencyMs: 0 })), ASSETS));

    expect(text).toContain('No answer came from a call.');
    expect(text).toContain('Saved rows 1 from the cache: no call');
    expect(text).not.toContain('Slowest rows');
  });

  it('a run without a history', () => {
    const tally = new RunTally();
    tally.add(failedRow(17, 'refused'));
    const page = reportPage(reportFacts({ counts: tally.snapshot() }), ASSETS);

    expect(textOf(page)).toContain('Nothing is known of how this run went over time');
    expect(textOf(page)).toContain('refused 1 100 % row 17');
    expect(drawnIn(page)).toEqual([]);
  });

  it('a run that has done nothing yet', () => {
    const page = reportPage(reportFacts({ state: 'running', elapsedMs: 0 }), ASSETS);

    expect(textOf(page)).toContain('running');
    expect(textOf(page)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

it('after a retry, examples of failures that it has mended are not shown', () => {
  const history = newHistory();
  for (const row of [1, 2]) history.add(failedRow(row, 'server', `broke in row ${row}`));
  const tally = new RunTally();
  tally.add(failedRow(2));
  const facts = reportFacts({ counts: tally.snapshot(), history: history.snapshot(1_000), retried: true });

  const text = textOf(reportPage(facts, ASSETS));

  expect(text).toContain('broke in row 2');
  expect(text).not.toContain('broke in row 1');
});

describe('tokens and cost', () => {
  const spent = (cost: number) => ({ input: 1_000, output: 200, cached: 400, cost, unpriced: 0 });

  function linesOf(page: string): string[][] {
    const [, table = ''] =
      /<caption>Tokens and cost(?: by tier)?<\/caption>([\s\S]*?)<\/table>/.exec(page) ?? [];
    return [...table.matchAll(/<tr[^>]*><th scope="row">([\s\S]*?)<\/tr>/g)].map(([, line = '']) =>
      line.split(/<\/t[hd]>/).map((cell) => cell.replace(/<[^>]*>/g, '').trim()),
    );
  }

  it('are told of each tier and of who judged, and of all together', () => {
    const tally = new RunTally();
    const judged = { by: 'judge' as const, calls: 1, spent: spent(0.25) };
    const first = { by: 0, calls: 2, spent: spent(0.5) };
    tally.add(
      answeredRow(1, {
        calls: 3,
        spent: spent(0.75),
        tiers: { kept: 0, score: 0.9, steps: [first, judged] },
      }),
    );
    tally.add(
      answeredRow(2, {
        calls: 3,
        spent: spent(2.25),
        tiers: {
          kept: 1,
          score: 0.8,
          steps: [{ by: 0, calls: 1 }, judged, { by: 1, calls: 1, spent: spent(2) }],
        },
      }),
    );
    const tiers = [
      { by: 0, name: '1. small' },
      { by: 1, name: '2. large' },
      { by: 'judge' as const, name: 'judge: strict' },
    ];

    const page = reportPage(reportFacts({ counts: tally.snapshot(), costUnit: 'EUR', tiers }), ASSETS);

    expect(linesOf(page)).toEqual([
      ['1. small', '2', '1', '3', '1,000', '400', '200', '€0.50', '16.66 %', ''],
      ['2. large', '1', '1', '1', '1,000', '400', '200', '€2.00', '66.66 %', ''],
      ['judge: strict', '2', '0', '2', '2,000', '800', '400', '€0.50', '16.66 %', ''],
      ['all', '2', '2', '6', '2,000', '800', '400', '€3.00', '100 %', ''],
    ]);
    expect(textOf(page)).toContain('6 1 of them retries');
  });

  it('are told of the fabric where there is but one, in credits too', () => {
    const tally = new RunTally();
    tally.add(answeredRow(1, { spent: spent(1.5) }));
    tally.add(answeredRow(2, { calls: 0, reused: 'run', latencyMs: 0 }));

    const page = reportPage(reportFacts({ counts: tally.snapshot(), costUnit: 'credits' }), ASSETS);

    expect(linesOf(page)).toEqual([
      ['product-description', '1', '1', '1', '1,000', '400', '200', '1.5 credits', '100 %', ''],
    ]);
    expect(textOf(page)).toContain('Cost 1.5 credits 750 credits a thousand rows');
    expect(textOf(page)).toContain('Saved rows 1 equal to others: no call');
  });
});

it('a chart has the failures that a retry has mended all', () => {
  const history = newHistory();
  history.add(failedRow(1, 'server'));
  history.sample(1_000, 1);
  const facts = reportFacts({ history: history.snapshot(1_000), retried: true });

  const page = reportPage(facts, ASSETS);

  expect(drawnIn(page)).toContain('Failed rows');
  expect(page).toContain('"series":[{"label":"server","values":[1],"color":"f1"');
});

function oneRow(changed: Parameters<typeof answeredRow>[1] = {}) {
  const history = newHistory();
  const tally = new RunTally();
  const result = answeredRow(1, changed);
  history.add(result);
  tally.add(result);
  history.sample(300, 0);
  return { history, tally, elapsedMs: 300 };
}
