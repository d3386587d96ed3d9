import { basename, resolve } from 'node:path';
import { JUDGED } from '../../fabric/tiers/judge-scorer.js';
import { loadModuleScorer } from '../../fabric/tiers/module-scorer.js';
import type { JsonObject } from '../../rows/row.js';
import type { ScoreSetting, TierSettings } from '../settings/cost-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { FabricCalls, ScorePlan, TiersPlan } from './call-plan.js';
import { type CallLimitSettings, decideCalls, ownPrice } from './calls.js';
import { answerSchemaOf, decideFabric, type FabricPlan, type FabricSettings } from './fabric.js';

/** Looks whether a fabric can be sent what it uses of a row; `also` are inputs besides the row's own. */
export type PromptCheck = (fabric: FabricPlan, also: readonly string[]) => Promise<void>;

/**
 * Finds the fabrics of all tiers, and their scorer.
 *
 * @throws SetUpError, FabricFileError; ScoreModuleError where the module that scores cannot be used.
 */
export async function decideTiers(
  { fabrics, score, minScore }: TierSettings,
  first: FabricPlan,
  asked: CallLimitSettings & Omit<FabricSettings, 'fabric'>,
  check: PromptCheck,
): Promise<TiersPlan> {
  const decide = async (text: string, also: readonly string[]): Promise<FabricCalls> => {
    const fabric = await decideFabric({ ...asked, fabric: text });
    await check(fabric, also);
    return decideCalls(fabric, ownPrice(fabric, asked));
  };
  const upper: FabricCalls[] = [];
  for (const text of fabrics) upper.push(await decide(text, []));
  const all = [first, ...upper.map(({ fabric }) => fabric)];
  const twice = all.find(({ id }, index) => all.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined)
    throw new SetUpError(`--tier: ${twice.id} is named twice; each tier is another fabric`);
  return { upper, score: await decideScore(score, all, (judge) => decide(judge, [JUDGED])), minScore };
}

async function decideScore(
  score: ScoreSetting,
  tiers: readonly FabricPlan[],
  decideJudge: (text: string) => Promise<FabricCalls>,
): Promise<ScorePlan> {
  switch (score.kind) {
    case 'field':
      return { kind: 'field', property: score.text };
    case 'fabric':
      return { kind: 'fabric', judge: await decideJudge(score.text) };
    case 'module': {
      const path = resolve(score.text);
      await loadModuleScorer(path);
      return { kind: 'module', path };
    }
    case 'schema': {
      const without = tiers.slice(0, -1).find((fabric) => answerSchemaOf(fabric) === undefined);
      if (without === undefined) return { kind: 'schema' };
      throw new SetUpError(
        `--score schema: ${without.id} has no schema to check its answers by; give it an output in its fabric file, or score otherwise`,
      );
    }
  }
}

/** What must be the same for a run with tiers to go on. */
export function tiersIdentity(settings: TierSettings, { upper, score }: TiersPlan): JsonObject {
  const named = ({ fabric }: FabricCalls): JsonObject => ({
    fabric: fabric.id,
    definition: fabric.definitionHash,
  });
  return {
    tiers: upper.map(named),
    score: scoreIdentity(settings.score),
    judge: score.kind === 'fabric' ? named(score.judge) : null,
    minScore: settings.minScore,
  };
}

/** Not where its file is: that may be seen from elsewhere. The judge is told by its definition. */
function scoreIdentity(score: ScoreSetting): JsonObject {
  switch (score.kind) {
    case 'fabric':
      return { kind: score.kind };
    case 'module':
      return { kind: score.kind, text: basename(score.text) };
    default:
      return { ...score };
  }
}
