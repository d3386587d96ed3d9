import type { CallErrorKind } from '../../src/fabric/call-error.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import { type HistoryOptions, RunHistory } from '../../src/monitor/run-history.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import type { CellRow, JsonObject, Row } from '../../src/rows/row.js';
import { seededRandom } from '../support/seeded-random.js';

const COLUMNS = ['sku', 'name', 'description'];

/** Rows of the kind that `inputsOf` knows. */
export function productRow(number: number): CellRow {
  const cells = [
    `SKU-${number}`,
    `Enamel pan no. ${number}`,
    'Heavy steel, two handles; for gas and induction.',
  ];
  return { kind: 'cells', number, cells, text: cells.join(',') };
}

export function inputsOf(row: Row): JsonObject {
  if (row.kind === 'object') return row.object;
  return Object.fromEntries(COLUMNS.map((name, index) => [name, row.cells[index] ?? '']));
}

export function answeredRow(
  number: number,
  changed: Partial<FinishedResult & { status: 'answered' }> = {},
): FinishedResult {
  return { status: 'answered', row: productRow(number), answer: 'x', calls: 1, latencyMs: 100, ...changed };
}

export function failedRow(
  number: number,
  kind: CallErrorKind = 'server',
  message = `it said ${kind}`,
): FinishedResult {
  const failure = { kind, message, attempts: 3, failedAt: '2026-11-24T01:31:36.053Z' };
  return { status: 'failed', row: productRow(number), failure, calls: 3 };
}

export function newHistory(changed: Partial<HistoryOptions> = {}): RunHistory {
  return new RunHistory({ nowMs: 0, random: seededRandom(7), inputsOf, ...changed });
}

/** What a long run leaves: its history and its counts. */
export interface RunLeft {
  readonly history: RunHistory;
  readonly tally: RunTally;
  readonly elapsedMs: number;
}

/**
 * A run of so many rows in two tiers, as a service is on a usual night: it is slow at first, has an hour of
 * trouble, and fails some rows for good.
 */
export function nightRun(rows: number, seed = 1): RunLeft {
  const random = seededRandom(seed);
  const history = newHistory({ random });
  const tally = new RunTally();
  let nowMs = 0;
  for (let number = 1; number <= rows; number++) {
    const share = number / rows;
    const isTrouble = share > 0.42 && share < 0.5;
    const perSecond = Math.min(1, 0.3 + share * 12) * (isTrouble ? 90 : 240 + 40 * Math.sin(share * 30));
    nowMs += (1000 / perSecond) * (0.5 + random());
    const result = oneResult(number, isTrouble, random);
    history.add(result);
    tally.add(result);
    if (number % 50 === 0)
      history.sample(nowMs, Math.round(isTrouble ? 25 + 25 * random() : 44 + 6 * random()));
  }
  return { history, tally, elapsedMs: nowMs };
}

const TROUBLES: readonly [kind: CallErrorKind, message: string][] = [
  ['timeout', 'no answer within 60 s'],
  ['server', 'the service answered 503: upstream connect error or disconnect/reset before headers'],
  ['network', 'the connection broke: ECONNRESET'],
];
const REFUSALS: readonly [kind: CallErrorKind, message: string][] = [
  ['unprocessable', 'the service answered 422: text is too short'],
  ['refused', 'the model refused: I cannot help with descriptions of this product.'],
  ['bad-answer', 'the answer does not match the schema: /price must be number'],
];

function oneResult(number: number, isTrouble: boolean, random: () => number): FinishedResult {
  const tier = random() < 0.18 ? 1 : 0;
  const chance = random();
  const failure = chance < 0.004 ? REFUSALS : isTrouble && chance < 0.03 ? TROUBLES : undefined;
  const [kind, message] = failure?.[Math.floor(random() ** 1.6 * failure.length)] ?? [];
  const input = 420 + Math.floor(random() * 300);
  const output = 60 + Math.floor(random() * 140);
  const price = tier === 0 ? 0.15e-6 : 2.5e-6;
  const spent = {
    input,
    output,
    cached: tier === 0 ? 256 : 0,
    cost: input * price + output * 4 * price,
    unpriced: 0,
  };
  const calls = random() < (isTrouble ? 0.3 : 0.01) ? 2 : 1;
  if (kind !== undefined) {
    const failed = failedRow(number, kind, message);
    return { ...failed, spent, tiers: { steps: [{ by: tier, calls: failed.calls, spent }] } };
  }
  const steps = [{ by: tier, calls, spent }];
  const bell = random() + random() + random() + random() - 2;
  const latencyMs = (tier === 0 ? 180 : 700) * Math.exp(bell * 1.1) * (isTrouble ? 2.2 : 1);
  const answer =
    number % 3 === 0
      ? { title: `Enamel pan ${number}`, tags: ['kitchen', 'steel'], price: 24.5 }
      : `A heavy steel pan with two handles that is at home on gas and induction alike (no. ${number}).`;
  return answeredRow(number, {
    answer,
    calls,
    latencyMs,
    spent,
    tiers: { kept: tier, score: 0.9, steps },
  });
}
