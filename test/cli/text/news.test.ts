import { expect, it } from 'vitest';
import { describeQueueNews } from '../../../src/cli/text/news.js';
import type { QueueNews } from '../../../src/queue/protocol/queue-news.js';
import type { RegisteredRun } from '../../../src/queue/redis/run-registry.js';
import type { WorkerNews } from '../../../src/run/queue/worker.js';

const RUN: RegisteredRun = {
  id: 'r-1',
  protocol: 1,
  generation: 1,
  state: 'running',
  rows: 0,
  failed: 0,
  run: {
    id: 'r-1',
    name: 'out.csv',
    fabric: { kind: 'on-device', name: 'sentiment' },
    stack: '',
    rate: 'none',
    attempts: 3,
    timeoutMs: 60_000,
    coordinator: { host: 'here', pid: 7, version: '9.9.9' },
    createdAt: 0,
  },
};
const WORKER = {
  id: 'w-1',
  name: 'night',
  host: 'there',
  pid: 8,
  version: '1.0.0',
  protocol: 1,
  rowsPerSecond: 1,
  inFlight: 1,
  runs: [],
  calls: {},
  lacks: {},
  at: 0,
};

it.each<[QueueNews | WorkerNews, string]>([
  [{ kind: 'lost' }, 'lost the connection to Redis; reconnecting'],
  [{ kind: 'back', afterMs: 61_000 }, 'connected to Redis again after 1 min 01 s'],
  [
    { kind: 'waits-for-lease', ms: 4_000 },
    'the process that coordinated this run died without releasing it; its lease ends in 4.0 s',
  ],
  [{ kind: 'no-workers' }, 'no worker yet: start one with batchai worker --queue <url>'],
  [{ kind: 'workers', workers: [WORKER] }, 'workers: night (there, process 8)'],
  [
    { kind: 'lacks-key', worker: WORKER, keyEnv: 'OPENAI_API_KEY' },
    'the worker night leaves this run to others: OPENAI_API_KEY is not set there',
  ],
  [
    { kind: 'lacks-key', run: RUN, keyEnv: 'OPENAI_API_KEY' },
    'out.csv: left to other workers: set OPENAI_API_KEY here to take part',
  ],
  [
    { kind: 'other-protocols', workers: [WORKER] },
    'the workers there are of other versions of batchai (1.0.0) and cannot take part; start one of this version',
  ],
  [
    { kind: 'other-protocol', run: RUN },
    'out.csv: its coordinator is of another version of batchai (9.9.9); left to others',
  ],
  [
    { kind: 'cannot-serve', run: RUN, error: new Error('no model') },
    'out.csv: left to other workers: no model',
  ],
  [{ kind: 'queued-again', batches: 3 }, 'Redis lost 3 batches; queued again'],
  [{ kind: 'serves', run: RUN }, 'takes batches of out.csv'],
])('says of %o what a person can do', (news, line) => {
  expect(describeQueueNews(news)).toBe(line);
});
