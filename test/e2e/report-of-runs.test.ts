import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { browserForTests } from '../support/chromium.js';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { findChromium } from '../support/find-chromium.js';
import { openReport } from '../support/open-page.js';
import type { BatchaiResult } from '../support/run-batchai.js';
import { DRAW_OUT, modelBench } from './model-bench.js';
import { idOf, rowsCsv, type Workbench, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];
const chromium = findChromium();
const openBrowser = browserForTests(chromium);

type Bench = Pick<Workbench, 'folder' | 'read' | 'batchai'>;

interface Report {
  readonly state: string;
  /** The key figures by their names, with the note below each. */
  readonly figures: Record<string, string>;
  /** The lines of each table, by its caption. */
  readonly tables: Record<string, string[][]>;
  readonly text: string;
}

/** Has the report of `out.csv` made, and opens it in a browser where there is one. */
async function reportOf(bench: Bench): Promise<Report> {
  const { code, stderr } = await bench.batchai(['report', 'out.csv']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'batchai: report: out.csv.report.html\n' });
  if (chromium !== undefined) {
    const url = pathToFileURL(join(bench.folder, 'out.csv.report.html'));
    const { complaints } = await openReport(await openBrowser(), url);
    expect(complaints).toEqual([]);
  }
  return readReport(await bench.read('out.csv.report.html'));
}

function readReport(page: string): Report {
  const main = page.slice(page.indexOf('<body>'), page.indexOf('<script type="application/json"'));
  const tiles = main.matchAll(
    /<div class="tile[^"]*"><dt>(.*?)<\/dt><dd>(.*?)<\/dd>(?:<dd class="note">(.*?)<\/dd>)?/g,
  );
  const tables = main.matchAll(/<caption>(.*?)<\/caption>[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/g);
  return {
    state: /<p class="state[^"]*">(.*?)<\/p>/.exec(main)?.[1] ?? '',
    figures: Object.fromEntries(
      [...tiles].map(([, name, value, note]) => [name, [value, note].join(' ').trim()]),
    ),
    tables: Object.fromEntries([...tables].map(([, caption, body = '']) => [caption, linesOf(body)])),
    text: plainText(main),
  };
}

function linesOf(body: string): string[][] {
  return [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, line = '']) =>
    [...line.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) => plainText(cell)),
  );
}

function plainText(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')
    .trim();
}

const summaryOf = ({ stdout }: BatchaiResult) => JSON.parse(stdout);
const REFUSED: Behaviour = { kind: 'status', status: 422, body: { message: 'no such thing' } };

describe('the report of', () => {
  it('a finished run has the figures of its summary, its settings, and its failures', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => {
        if (inputs.id === idOf(7)) return REFUSED;
        return inputs.id === idOf(9) && nth === 1 ? { kind: 'status', status: 500 } : undefined;
      },
    });
    await bench.write('rows.csv', rowsCsv(80));
    const run = await bench.run([...OUT, '--price', 'call=0.5', '--json']);

    const { state, figures, tables, text } = await reportOf(bench);

    const summary = summaryOf(run);
    expect([run.code, state]).toEqual([3, 'finished with failures']);
    expect(figures).toMatchObject({
      Rows: '80',
      Answered: '79 98.75 %',
      Failed: '1 1.25 %',
      Calls: `${summary.calls} 1 of them retries`,
      Cost: '$39.50 $493.75 a thousand rows',
    });
    expect(summary).toMatchObject({ calls: 81, cost: 39.5, costUnit: 'USD' });
    expect(tables['Tokens and cost']).toEqual([
      ['product-description', '80', '79', '81', '0', '0', '0', '$39.50', '100 %'],
    ]);
    for (const words of [
      'no such thing',
      'price 0.5 USD a call',
      'equal rows share an answer yes',
      'costs are counted in USD',
      'calls in flight, at most 10',
    ])
      expect(text).toContain(words);
  });

  it('an interrupted run says how far it is, and after --resume that it is finished', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(200));
    const batchai = bench.startHere([...OUT, '-b', '10', '--json']);
    while (bench.server.requests.length < 60) await delay(5);
    batchai.signal('SIGINT');
    const stopped = await batchai.finished;

    const before = await reportOf(bench);
    const resumed = await bench.run([...OUT, '--resume', '--json']);
    const after = await reportOf(bench);

    expect([stopped.code, resumed.code]).toEqual([130, 0]);
    expect(before.state).toBe('stopped');
    const committed = Number(before.figures.Rows);
    expect(committed).toBeGreaterThan(0);
    expect(committed).toBeLessThanOrEqual(summaryOf(stopped).total);
    expect(after.state).toBe('finished');
    expect(after.figures).toMatchObject({ Rows: '200', Calls: `${summaryOf(resumed).calls} no retries` });
    expect(after.text).toContain('The charts over time as numbers');
  });

  it('a run that was killed and resumed counts every row and every cent once', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 10 });
    await bench.write('rows.csv', rowsCsv(150));
    const args = [...OUT, '-b', '5', '--price', 'call=0.01', '--json'];
    const batchai = bench.start(args);
    while (bench.server.requests.length < 70) await delay(2);
    batchai.child.kill('SIGKILL');
    await batchai.finished;

    const before = await reportOf(bench);
    const resumed = await bench.run([...args, '--resume']);
    const after = await reportOf(bench);

    expect(before.state).toBe('killed');
    const { calls, cost } = summaryOf(resumed);
    expect(after.figures).toMatchObject({ Rows: '150', Answered: '150 100 %', Calls: `${calls} no retries` });
    expect(after.figures.Cost).toContain(`$${cost.toFixed(2)} `);
    expect(after.tables['Tokens and cost']?.[0]?.slice(0, 4)).toEqual([
      'product-description',
      '150',
      '150',
      String(calls),
    ]);
  });

  it('a run with tiers and rows that ask the same says what each tier took', async () => {
    const price = 'price: { input: 1000, output: 2000 }\n';
    const bench = await modelBench(
      {
        answer: ({ model, prompt }) => ({
          title: model,
          // Every second row is too hard for the first one.
          confidence: model === 'gpt-4.1-mini' && /[13579]$/.test(prompt.split('\n', 1)[0] ?? '') ? 0.2 : 0.9,
        }),
        usage: () => ({ input: 10, output: 5 }),
      },
      GRADED + price,
    );
    await bench.write(
      'better.yaml',
      GRADED.replace('gpt-4.1-mini', 'gpt-4.1') + price.replace('1000', '5000'),
    );
    const [header, ...lines] = rowsCsv(20).trimEnd().split('\n');
    await bench.write('rows.csv', `${[header, ...lines, ...lines.slice(0, 5)].join('\n')}\n`);
    const run = await bench.run([
      ...[...OUT, '--json', '--tier', 'better.yaml', '--score', 'field:confidence', '--min-score', '0.5'],
    ]);

    expect(run).toMatchObject({ code: 0 });
    const { figures, tables, text } = await reportOf(bench);

    const summary = summaryOf(run);
    expect(figures).toMatchObject({ Rows: '25', 'Saved rows': '5 equal to others: no call' });
    expect(figures.Calls).toBe(`${summary.calls} no retries`);
    expect(summary).toMatchObject({ calls: 30, retries: 0, saved: { inRun: 5 } });
    const byTier = tables['Tokens and cost by tier'] ?? [];
    expect(byTier.map((line) => line.slice(1, 7))).toEqual([
      ['20', '10', '20', '200', '0', '100'],
      ['10', '10', '10', '100', '0', '50'],
      ['20', '20', '30', '300', '0', '150'],
    ]);
    expect(byTier.map(([name]) => name)).toEqual([
      `1. ${summary.tiers[0].fabric}`,
      `2. ${summary.tiers[1].fabric}`,
      'all',
    ]);
    expect(text).toContain('--score field:confidence');
  });

  it('a run after a retry has the figures after it', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => (inputs.id === idOf(7) && nth === 1 ? REFUSED : undefined),
    });
    await bench.write('rows.csv', rowsCsv(40));
    await bench.run([...OUT, '--price', 'call=0.5']);
    const retried = await bench.batchai(['retry', 'out.csv']);

    const { state, figures, text } = await reportOf(bench);

    expect(retried.code).toBe(0);
    expect(state).toBe('finished');
    expect(figures).toMatchObject({
      Rows: '40',
      Answered: '40 100 %',
      Failed: '0 none',
      Cost: expect.stringMatching(/^\$20\.00 /),
    });
    expect(text).toContain('Failed rows were run again with batchai retry');
    expect(text).not.toContain('no such thing');
  });
});

/** A fabric that says how sure it is. */
const GRADED = DRAW_OUT.replace(
  'tags: { type: array, items: { type: string } }',
  'confidence: { type: number }',
).replace('[title, tags]', '[title, confidence]');
