import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { startBatchai } from '../batchai.js';
import type { Usage } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { megabytes, ratio, seconds, whole } from '../tables.js';

const REVIEWS = new URL('../../../fixtures/reviews.csv', import.meta.url);
const USUAL_SIZE = 200_000;
const RUNS = 3;

/** What is done on this machine alone, on one core and on two. */
const WORK = ['local:sentiment', 'local:entities', 'estimate'] as const;

/** Fabrics on this machine, and the counting of tokens: no network, no key. */
export const local: Point = {
  title: 'Work on this machine, on one core and on two, start-up included',

  async measure(bench: Bench): Promise<Measurement> {
    const [size = USUAL_SIZE] = bench.sizes;
    const input = bench.workspace.path('reviews.csv');
    writeReviews(input, size);
    const rows: string[][] = [];
    const quotes = [];
    for (const work of WORK) {
      const { one, two } = await measureInTurns(bench, work, input);
      const gain = medianOfPairwiseRatios(perSecond(two, size), perSecond(one, size));
      rows.push([`${work}, one core`, ...figures(one, size), '']);
      rows.push([`${work}, two cores`, ...figures(two, size), ratio(gain)]);
      const what =
        work === 'estimate' ? 'rows a second that `estimate` counts' : `rows a second with \`${work}\``;
      quotes.push({ what: `${what}, two cores`, figure: whole(median(perSecond(two, size))) });
      quotes.push({ what: 'the same, against one core', figure: ratio(gain) });
    }
    return {
      table: {
        header: ['whole process', 'median rows/s', 'peak RSS', 'CPU', 'median of pairwise ratios'],
        rows,
      },
      quotes,
    };
  },
};

async function measureInTurns({ workspace }: Bench, work: (typeof WORK)[number], input: string) {
  const prompts = workspace.path('prompts.yaml');
  writeFileSync(
    prompts,
    'provider: openai\nmodel: gpt-4.1-mini\nprompt: "{{ id }} {{ title }}: {{ review }}"\n',
  );
  const output = workspace.path('local-out.csv');
  const args =
    work === 'estimate'
      ? ['estimate', input, '--fabric', prompts, '--json']
      : ['run', input, '--fabric', work, '--output', output, '--no-progress', '--quiet'];
  const measured = async (cores: 'client' | 'both') => {
    const usage = await startBatchai(workspace, args, { cores }).usage;
    workspace.removeOutput('local-out.csv');
    return usage;
  };
  const one: Usage[] = [];
  const two: Usage[] = [];
  for (let run = 0; run < RUNS; run++) {
    one.push(await measured('client'));
    two.push(await measured('both'));
  }
  return { one, two };
}

/** The fixture is small: its reviews come again and again until there are enough, each under a number of its own. */
function writeReviews(file: string, rows: number): void {
  const [header = [], ...reviews] = parse(readFileSync(REVIEWS), { bom: true }) as string[][];
  const numbered = Array.from({ length: rows }, (_, row) => [
    `R-${String(row).padStart(6, '0')}`,
    ...(reviews[row % reviews.length] ?? []).slice(1),
  ]);
  writeFileSync(file, stringify([header, ...numbered]));
}

function perSecond(runs: readonly Usage[], size: number): number[] {
  return runs.map(({ wallMs }) => (size * 1_000) / wallMs);
}

function figures(runs: readonly Usage[], size: number): string[] {
  return [
    whole(median(perSecond(runs, size))),
    megabytes(Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes))),
    seconds(median(runs.map(({ cpuMs }) => cpuMs))),
  ];
}
