import { RunStop } from '../control/stop.js';
import { attachmentsOf, startOf } from '../plan/call-plan.js';
import type { Plan } from '../plan/plan.js';
import { unitOf } from '../plan/row-calls.js';
import { readJournaled } from '../saved/journaled.js';
import { batchShareOf } from './compare-cost.js';
import { countQuestions, nothingCounted, type QuestionCount } from './count-questions.js';
import type { PromptSample, PromptSampler } from './prompt-sample.js';

/** What the rows that are to do will ask, as far as they have been read. */
export interface SurveyedRows extends Readonly<Omit<QuestionCount, 'bytes'>> {
  /** Rows that will be called: one for each question that the cache has no answer to, or all where rows share nothing. */
  readonly asked: number;
  /** False where they have not all been read. */
  readonly isWhole: boolean;
  /** Undefined where no price is known, or where the prompts are made elsewhere. */
  readonly cost: SurveyedCost | undefined;
  /** Of a prompt, on average; 0 where prompts are not measured. */
  readonly promptTokens: number;
}

/** What the calls of those rows come to, by the average of a sample; in the unit of the run's prices. */
export interface SurveyedCost {
  readonly unit: string;
  /** By call, where the price is by call alone; else of the prompts of the first fabric. */
  readonly perAskedRow: number;
  /** With the longest answers that the parameters allow; undefined where they allow any. */
  readonly mostPerAskedRow: number | undefined;
  readonly of: 'calls' | 'prompts';
}

/** A reading of a run's input that goes on beside the run. */
export interface RunSurvey {
  /** What is known by now; undefined where the input cannot be read. */
  soFar(): SurveyedRows | undefined;
  /** Settles when the input is read to its end; undefined where it was stopped, or cannot be read. */
  readonly whole: Promise<SurveyedRows | undefined>;
  stop(): void;
}

/** What a survey needs of its environment. */
export interface SurveyContext {
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Prompts whose tokens are counted, about; 0: none, which spares loading the tokenizer. */
  readonly sample: number;
}

/**
 * Counts what the rows that a run has still to do will ask, and what a sample of their prompts takes, without a call.
 * It holds one block of rows, and 64 MB of hashes of questions at most.
 */
export function surveyRun(plan: Plan, { wallNow, sample }: SurveyContext): RunSurvey {
  // The answers of rows that are done are there for others that ask the same.
  const from = plan.sharesAnswers ? plan.input.look.start : plan.from;
  const toCount = { ...plan, calls: plan, filesByName: true, from } as const;
  const stop = new RunStop();
  const count = nothingCounted();
  let asked = 0;
  let sampler: PromptSampler | undefined;
  let state: 'reading' | 'whole' | 'broken' = 'reading';
  const soFar = (): SurveyedRows | undefined => {
    if (state === 'broken') return undefined;
    const { rows, blank, leftOut, unreadable, questions, cached, isAtMost } = count;
    const measured = sampler?.sample();
    return {
      ...{ rows, blank, leftOut, unreadable, questions, cached, isAtMost, asked },
      isWhole: state === 'whole',
      cost: costOf(plan, asked, measured),
      promptTokens: measured === undefined || measured.rows === 0 ? 0 : measured.tokens / measured.rows,
    };
  };
  const read = async () => {
    try {
      if (sample > 0 && isByTokens(plan)) {
        // With its tokenizer it takes a third of a second to load.
        const { openPromptSampler } = await import('./prompt-sample.js');
        const every = Math.max(1, Math.floor(rowsAbout(plan) / sample));
        sampler = await openPromptSampler(startOf(plan), { every, most: 2 * sample });
      }
      const isDone = await doneBefore(plan);
      const isRead = await countQuestions({ ...toCount, isDone }, count, { stop, wallNow }, async (rows) => {
        await sampler?.take(rows);
        asked += rows.length;
      });
      if (isRead) state = 'whole';
      return isRead ? soFar() : undefined;
    } finally {
      await sampler?.close();
    }
  };
  return {
    soFar,
    // The run reads the same rows and reports the error.
    whole: read().catch(() => {
      state = 'broken';
      return undefined;
    }),
    stop: () => stop.request({ kind: 'asked' }),
  };
}

/** Tells the rows that have a result from before: those that are committed, and those in the journal. */
async function doneBefore({ from, output, beginning }: Plan): Promise<(row: number) => boolean> {
  if (beginning.kind === 'new' || output.checkpoint === undefined) return (row) => row <= from.row;
  const { results } = await readJournaled(output.checkpoint, { rowsCommitted: from.row });
  const journaled = new Set(results.map(({ row }) => row.number));
  return (row) => row <= from.row || journaled.has(row);
}

/** Rows that are to do, about, by the length of the first ones; 0 where the size of the input says nothing. */
export function rowsAbout({ input, from, limit }: Plan): number {
  const { rows } = input.look;
  const bytes = rows.reduce((sum, { text }) => sum + text.length + 1, 0);
  const left = Math.max(0, (input.stat?.size ?? 0) - from.offset);
  const about = bytes === 0 ? 0 : Math.ceil((left / bytes) * rows.length);
  return limit === undefined ? about : Math.max(0, Math.min(about, limit - from.row));
}

/** True where cost or time hang on the tokens of prompts, and those are made here. Those of files take reading them. */
function isByTokens({ fabric, pricer, tokensPerMinute }: Plan): boolean {
  return (
    fabric.kind !== 'steps' &&
    attachmentsOf(fabric).length === 0 &&
    fabric.kind === 'model' &&
    (pricer?.price?.tokens ?? tokensPerMinute) !== undefined
  );
}

function costOf(plan: Plan, asked: number, sample: PromptSample | undefined): SurveyedCost | undefined {
  const unit = unitOf(plan);
  const { pricer, batchApi } = plan;
  const price = pricer?.price;
  // How many rows the later steps are asked for, and with what, their answers decide.
  if (unit === undefined || price === undefined || asked === 0 || plan.steps !== undefined) return undefined;
  const share = batchApi === undefined ? 1 : batchShareOf(batchApi, asked);
  if (price.tokens === undefined)
    return { unit, perAskedRow: (price.call ?? 0) * share, mostPerAskedRow: undefined, of: 'calls' };
  if (sample === undefined || sample.cost === null || sample.rows === 0) return undefined;
  const { cost, mostCost, rows } = sample;
  return {
    unit,
    perAskedRow: (cost / rows) * share,
    mostPerAskedRow: mostCost === null ? undefined : (mostCost / rows) * share,
    of: 'prompts',
  };
}
