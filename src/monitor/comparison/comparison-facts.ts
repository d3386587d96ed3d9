import { formatCost } from '../../wording/wording.js';

/** The answers of several fabrics to the same rows: what `batchai compare` shows, writes and makes a page of. */
export interface Comparison {
  readonly input: string;
  /** In the order in which they were given. */
  readonly fabrics: readonly ComparedFabric[];
  readonly rows: readonly ComparedRow[];
  readonly agreement: Agreement;
  /** What scored the answers, as `--score` names it; undefined where nothing did. */
  readonly scorer: string | undefined;
}

/** The figures of one fabric. */
export interface ComparedFabric {
  readonly name: string;
  readonly answered: number;
  readonly failed: number;
  /** Of answered calls, in ms; 0 where there are none. */
  readonly latency: { readonly mean: number; readonly p95: number };
  /** Of a thousand rows, in `costUnit`, by what its calls cost; null where a price is not known. */
  readonly costPerThousand: number | null;
  readonly costUnit: string | null;
  /** True where its price is a guess. */
  readonly costIsGuess: boolean;
  /** The mean of its answers' scores; null where there is none. */
  readonly score: number | null;
}

/** What a thousand rows cost, in words; a guessed price is marked. */
export function costText({ costPerThousand, costUnit, costIsGuess }: ComparedFabric): string {
  if (costPerThousand === null) return 'unknown';
  return `${costIsGuess ? '~' : ''}${formatCost(costPerThousand, costUnit ?? '')}`;
}

/** What the mark says, where a cost has it. */
export function guessNote(fabrics: readonly ComparedFabric[]): string | undefined {
  const isMarked = fabrics.some(
    ({ costIsGuess, costPerThousand }) => costIsGuess && costPerThousand !== null,
  );
  return isMarked ? '~: at a guessed price; state yours as price: in the fabric file' : undefined;
}

/** A row with an answer or failure of each fabric, in the fabrics' order. */
export interface ComparedRow {
  readonly row: number;
  /** What was sent, as texts. */
  readonly inputs: readonly (readonly [name: string, value: string])[];
  readonly outcomes: readonly ComparedOutcome[];
}

export interface ComparedOutcome {
  readonly kind: 'answer' | 'failure';
  /** The answer; of an object JSON, indented. Or the kind and the message of the failure. */
  readonly text: string;
  /** The parts of an answer that is an object, as texts; empty for other answers. */
  readonly parts: ReadonlyMap<string, string>;
  /** 0 where no call was made. */
  readonly latencyMs: number;
  /** Null where its price is not known. */
  readonly cost: number | null;
  readonly score: number | null;
}

/** How often the fabrics gave the same answer, among the rows that all of them answered. */
export interface Agreement {
  readonly rows: number;
  /** Rows on which all agree. */
  readonly all: number;
  /** For each fabric, the rows on which it agrees with the first one. */
  readonly withFirst: readonly number[];
  /** For each part that all answers have, the rows on which all agree about it. */
  readonly byPart: readonly { readonly part: string; readonly all: number }[];
}

/**
 * Counts how often the answers are the same.
 *
 * @param fabrics how many there are
 */
export function agreementOf(rows: readonly ComparedRow[], fabrics: number): Agreement {
  const answered = rows
    .map(({ outcomes }) => outcomes)
    .filter((outcomes) => outcomes.length === fabrics && outcomes.every(({ kind }) => kind === 'answer'));
  const countWhere = (isSame: (outcomes: readonly ComparedOutcome[]) => boolean) =>
    answered.filter(isSame).length;
  const parts = [...(answered[0]?.[0]?.parts.keys() ?? [])].filter((part) =>
    answered.every((outcomes) => outcomes.every(({ parts: has }) => has.has(part))),
  );
  return {
    rows: answered.length,
    all: countWhere((outcomes) => areEqual(outcomes.map(({ text }) => text))),
    withFirst: Array.from({ length: fabrics }, (_, index) =>
      countWhere((outcomes) => areEqual([outcomes[0]?.text, outcomes[index]?.text])),
    ),
    byPart: parts.map((part) => ({
      part,
      all: countWhere((outcomes) => areEqual(outcomes.map(({ parts: has }) => has.get(part)))),
    })),
  };
}

function areEqual(texts: readonly (string | undefined)[]): boolean {
  return new Set(texts).size <= 1;
}
