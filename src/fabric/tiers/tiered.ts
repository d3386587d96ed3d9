import { CallError } from '../call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric.js';
import { isOfRow, RowWay } from '../row-way.js';
import type { AskJudge, Scorer } from './scorer.js';

/** A fabric, and the room for its calls. */
export interface Tier {
  readonly fabric: Fabric;
  /** Runs work when there is a place for it among the calls of this fabric. */
  readonly inPlace: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface TieredOptions {
  /** The cheapest first; there are at least two. */
  readonly tiers: readonly Tier[];
  readonly scorer: Scorer;
  /** Who judges, where calls are made for it. */
  readonly judge?: Tier;
  /** An answer with a lower score moves up. */
  readonly minScore: number;
}

/** An answer and how good it is. */
interface Scored {
  readonly tier: number;
  readonly reply: Reply;
  readonly score: number;
}

/**
 * Asks the cheapest fabric first, and the next one as soon as a row's answer scores too low or the row fails; the best
 * answer is kept, the earlier one of equals. A row moves up by itself: there is no second pass, and no row waits
 * for another.
 * `call.tiers` says what was called on the way.
 */
export function tiered(options: TieredOptions): Fabric {
  const { tiers, minScore, judge } = options;
  const all = judge === undefined ? tiers : [...tiers, judge];
  return {
    async run(call) {
      const way = new RowWay(call);
      let best: Scored | undefined;
      let failure: unknown;
      for (const [tier, { fabric, inPlace }] of tiers.entries()) {
        try {
          const reply = await inPlace(() => way.ask(tier, fabric, call.inputs));
          const score = await scoreOf(call, way, reply, options);
          if (best === undefined || score > best.score) best = { tier, reply, score };
          if (score >= minScore) break;
        } catch (error) {
          if (!isOfRow(error)) {
            way.forgetKept();
            throw error;
          }
          failure = error;
        }
      }
      if (best === undefined) throw failure;
      call.tiers = { kept: best.tier, score: best.score, steps: call.tiers?.steps ?? [] };
      return best.reply;
    },
    get inFlight() {
      return all.reduce((calls, { fabric }) => calls + fabric.inFlight, 0);
    },
    async close() {
      await Promise.all(all.map(({ fabric }) => fabric.close()));
    },
  };
}

async function scoreOf(
  call: FabricCall,
  way: RowWay,
  { answer }: Reply,
  { scorer, judge }: TieredOptions,
): Promise<number> {
  const askJudge: AskJudge = async (inputs, variant) => {
    if (judge === undefined) throw new CallError('misconfigured', 'there is no judge');
    return judge.inPlace(() => way.ask('judge', judge.fabric, inputs, variant));
  };
  try {
    return await scorer(call, answer, askJudge);
  } catch (error) {
    // An answer without a score moves up, and is kept where no tier above does better.
    if (isOfRow(error)) return 0;
    throw error;
  }
}
