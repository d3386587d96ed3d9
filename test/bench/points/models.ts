import { type RunSettings, startRun } from '../batchai.js';
import { BenchServer, type ZeroLatencyOptions } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Usage } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { megabytes, ratio, seconds, whole } from '../tables.js';

const USUAL_SIZE = 100_000;
const RUNS = 5;

const ANSWER_IN_SCHEMA = JSON.stringify({
  title: 'A compact everyday product',
  text: 'Made to last: it does one thing well, fits in any bag and needs no manual at all. Care: a damp cloth.',
  tags: ['everyday', 'compact'],
});

interface Contender extends Pick<RunSettings, 'fabric'>, ZeroLatencyOptions {
  readonly name: string;
}

const PROMPTHA: Contender = { name: 'a fabric at Promptha', service: 'promptha' };
const FABRIC_FILES: readonly Contender[] = [
  { name: '`openai`, text and columns', service: 'openai', fabric: 'openai.yaml' },
  { name: '`anthropic`, text and columns', service: 'anthropic', fabric: 'anthropic.yaml' },
  { name: '`openai`, conditions and filters', service: 'openai', fabric: 'openai-conditions.yaml' },
  {
    name: '`openai`, answers in a schema',
    service: 'openai',
    fabric: 'openai-schema.yaml',
    text: ANSWER_IN_SCHEMA,
  },
];

/** Rows a second of fabric files, beside a fabric at Promptha. */
export const models: Point = {
  title: 'Fabric files, zero latency, 50 calls in the air, one core, start-up included',

  async measure(bench: Bench): Promise<Measurement> {
    const size = bench.sizes[0] ?? USUAL_SIZE;
    const [promptha, ...files] = await measureInTurns(bench, size, [PROMPTHA, ...FABRIC_FILES]);
    const toPromptha = (usages: readonly Usage[]) =>
      ratio(medianOfPairwiseRatios(perSecond(usages, size), perSecond(promptha?.usages ?? [], size)));
    return {
      table: {
        header: [`whole process, ${whole(size)} rows`, 'median rows/s', 'peak RSS', 'CPU', 'to Promptha'],
        rows: [
          ...(promptha === undefined ? [] : [[promptha.name, ...figures(promptha.usages, size), '']]),
          ...files.map(({ name, usages }) => [name, ...figures(usages, size), toPromptha(usages)]),
        ],
      },
      quotes: files.map(({ name, usages }) => ({
        what: `Rows a second, fabric file: ${name}, against a fabric at Promptha`,
        figure: toPromptha(usages),
      })),
    };
  },
};

async function measureInTurns({ workspace }: Bench, size: number, contenders: readonly Contender[]) {
  const input = workspace.path(`rows-${size}.csv`);
  writeRows(input, size);
  const measured = await Promise.all(
    contenders.map(async ({ name, fabric, ...options }) => ({
      name,
      settings: fabric === undefined ? {} : { fabric },
      server: await BenchServer.zeroLatency(workspace, options),
      usages: [] as Usage[],
    })),
  );
  for (let run = 0; run < RUNS; run++) {
    for (const { settings, server, usages } of measured) {
      const output = workspace.path('models-out.csv');
      usages.push(await startRun(workspace, { ...settings, input, output, url: server.url }).usage);
      await server.requireCalls(size);
      workspace.removeOutput('models-out.csv');
    }
  }
  await Promise.all(measured.map(({ server }) => server.stop()));
  return measured;
}

function perSecond(usages: readonly Usage[], size: number): number[] {
  return usages.map(({ wallMs }) => (size * 1_000) / wallMs);
}

function figures(usages: readonly Usage[], size: number): string[] {
  return [
    whole(median(perSecond(usages, size))),
    megabytes(Math.max(...usages.map(({ peakRssBytes }) => peakRssBytes))),
    seconds(median(usages.map(({ cpuMs }) => cpuMs))),
  ];
}
