import type { FakeModelOptions } from '../support/fake-model-server.js';
import { answerMail, MAIL_STEPS } from '../support/mail-steps.js';
import { redisForTest } from '../support/redis-for-test.js';
import { KEYS, type ModelBench, modelBench } from './model-bench.js';
import { QUEUE_TIMINGS, startWorker } from './queue-bench.js';
import { rowsCsv } from './workbench.js';

export const ROWS = 60;

const SCORED = `output:
  type: object
  properties: { text: { type: string }, confidence: { type: number } }
  required: [text, confidence]
  additionalProperties: false
`;

const KINDS = {
  'one question': ['--fabric', 'large.yaml'],
  steps: ['--fabric', 'mails.yaml'],
  tiers: [
    '--fabric',
    'small.yaml',
    '--tier',
    'large.yaml',
    '--min-score',
    '0.7',
    '--score',
    'field:confidence',
  ],
};

/** Where the calls are made. */
export type Place = 'on one machine' | 'over a queue';
export type Kind = keyof typeof KINDS;

export const CASES: readonly [Place, Kind][] = [
  ['on one machine', 'one question'],
  ['on one machine', 'steps'],
  ['on one machine', 'tiers'],
  ['over a queue', 'steps'],
  ['over a queue', 'tiers'],
];

/** Calls, and their cost in USD. */
export interface Counts {
  readonly calls: number;
  readonly cost: number;
}

/** A bench whose calls are counted, by the service and by batchai. */
export interface CountedBench {
  readonly bench: ModelBench;
  readonly args: readonly string[];
  readonly options: Parameters<ModelBench['run']>[1];
  /** Calls that the service has read. */
  made(): number;
  /** What the summary on standard output, and `status`, say. */
  said(stdout: string): Promise<{ readonly summary: Counts; readonly status: Counts }>;
}

export async function countedBench(
  place: Place,
  kind: Kind,
  service: FakeModelOptions,
): Promise<CountedBench> {
  const bench = await modelBench({
    answer: (request) =>
      kind === 'steps'
        ? answerMail(request)
        : { text: 'x', confidence: request.model === 'large' ? 0.9 : 0.3 },
    usage: () => ({ input: 100, output: 100 }),
    latencyMs: 5,
    ...service,
  });
  await bench.write('mails.yaml', MAIL_STEPS);
  for (const [model, price] of [
    ['small', 1],
    ['large', 10],
  ] as const) {
    const priced = `price: { input: ${price}, output: ${10 * price} }`;
    await bench.write(
      `${model}.yaml`,
      `provider: openai\nmodel: ${model}\n${priced}\nprompt: "{{ id }}"\n${SCORED}`,
    );
  }
  await bench.write('rows.csv', rowsCsv(ROWS));
  const here = { cwd: bench.folder, timings: { ...QUEUE_TIMINGS, graceMs: 100 } };
  let env: Record<string, string> = KEYS;
  if (place === 'over a queue') {
    const { url } = await redisForTest();
    for (const name of ['tethys', 'dione'])
      startWorker(['--queue', url, '--name', name, '-c', '5'], { ...here, env: KEYS });
    env = { BATCHAI_QUEUE_URL: url };
  }
  return {
    bench,
    args: ['rows.csv', ...KINDS[kind], '-o', 'out.csv', '-b', '4', '-c', '10', '--json'],
    options: { ...here, env },
    made: () => bench.server.requests.length,
    said: async (stdout) => {
      const status = await bench.batchai(['status', 'out.csv', '--json']);
      const costs = ({ calls, cost }: Counts): Counts => ({ calls, cost });
      return { summary: costs(JSON.parse(stdout)), status: costs(JSON.parse(status.stdout)) };
    },
  };
}
