import type { SpendingTally, TierTally } from '../../monitor/spending-tally.js';
import type { RunPart } from './run-parts.js';

/** What the tiers or steps of a run took, one by one. */
export interface PartsSummary {
  /** Empty for a run with one tier. */
  readonly tiers: readonly TierSummary[];
  /** Empty for a run whose rows have one question. */
  readonly steps: readonly StepSummary[];
}

export interface TokenSummary {
  readonly in: number;
  readonly out: number;
  readonly cached: number;
}

export interface TierSummary {
  readonly fabric: string;
  readonly role: 'tier' | 'judge';
  /** Rows that it was asked; of a judge, the answers. */
  readonly asked: number;
  /** Rows whose answer is from it. */
  readonly kept: number;
  readonly calls: number;
  readonly tokens: TokenSummary;
  readonly cost: number | null;
}

/** A step's part of a run. */
export interface StepSummary {
  readonly step: string;
  readonly fabric: string;
  /** Rows that it was asked for. */
  readonly asked: number;
  readonly answered: number;
  readonly calls: number;
  readonly tokens: TokenSummary;
  readonly cost: number | null;
}

/** What each part of a run took. */
export function summarizeParts({ tiers }: SpendingTally, parts: readonly RunPart[]): PartsSummary {
  const figures = ({ by, isPriced }: RunPart) => tierFigures(tiers.get(by), isPriced);
  return {
    tiers: parts
      .filter(({ step }) => step === undefined)
      .map((part) => ({
        fabric: part.fabric,
        role: part.by === 'judge' ? 'judge' : 'tier',
        ...figures(part),
      })),
    steps: parts.flatMap((part) => {
      const { step, fabric } = part;
      if (step === undefined) return [];
      const { kept: answered, ...rest } = figures(part);
      return [{ step, fabric, answered, ...rest }];
    }),
  };
}

function tierFigures(tally: TierTally | undefined, isPriced: boolean) {
  const { asked = 0, kept = 0, calls = 0, cost = 0 } = tally ?? {};
  return { asked, kept, calls, tokens: tokensOf(tally), cost: isPriced ? money(cost) : null };
}

export function tokensOf(taken: { input: number; output: number; cached: number } | undefined): TokenSummary {
  const { input = 0, output = 0, cached = 0 } = taken ?? {};
  return { in: input, out: output, cached };
}

/** Sums of a million small amounts end in digits that mean nothing. */
export function money(amount: number): number {
  return Number(amount.toPrecision(12));
}
