import { AnswerMemory } from '../../batch/answer-memory.js';
import { firstCheckpoint } from '../../checkpoint/checkpoint-file.js';
import type { Answer } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { RunTally } from '../../monitor/run-tally.js';
import { inputsReader } from '../../rows/input-selection.js';
import { START } from '../../rows/row.js';
import { placesFor } from '../calls/place-calls.js';
import type { ProcessContext, RunContext } from '../control/context.js';
import { RunStop } from '../control/stop.js';
import { errorOfStop } from '../outcome/outcome.js';
import type { RunOutcome } from '../outcome/run-outcome.js';
import { type RunSummary, summarize } from '../outcome/summary.js';
import { type EnrichResult, withRow } from '../pipeline/enrich-result.js';
import { RunEvents } from '../pipeline/events.js';
import { runRows } from '../pipeline/run-rows.js';
import { startFacts } from '../pipeline/start-facts.js';
import { tellingTheEnd } from '../pipeline/tell-the-end.js';
import { filesFolderOf } from '../places/first-files.js';
import { startOf } from '../plan/call-plan.js';
import { mostInFlight } from '../plan/limits.js';
import { questionsOf } from '../reuse/dedupe-key.js';
import { fileLook, withFilesLookedAt } from '../reuse/row-files.js';
import type { CallSettings } from '../settings/settings-of-options.js';
import { givenBlocks } from './given-blocks.js';
import { GivenRows } from './given-rows.js';
import { planGivenRows, type RowsPlan } from './plan-rows.js';
import { ResultBuffer } from './result-buffer.js';
import { resultsStore } from './results-store.js';

/**
 * The results of rows from code, in their order; to be iterated over once. The run begins with the first result that
 * is asked for. Rows are pulled as they are needed: while the calls in the air are busy, or while as many results wait
 * to be taken, none is. Leaving the loop ends the calls.
 *
 * Iterating throws, after the results that came before: SetUpError, FabricFileError and the like before the first call;
 * CallError where the service refuses in a way that no row is to blame for; RunStoppedError for a budget, a deadline or
 * too many failed rows; InputError where a row is no object; any error that the rows' own code throws.
 *
 * @typeParam R a row
 * @typeParam A an answer, as whoever started the run says it is
 * @example
 * const results = enrich(rows, { fabric: 'product-description' }).on('retry', ({ row, kind }) => log(row, kind));
 * for await (const result of results) save(result);
 * console.log(results.summary.succeeded);
 */
export class EnrichedRows<R extends object, A = Answer>
  extends RunEvents<R, A>
  implements AsyncIterable<EnrichResult<R, A>>
{
  readonly #rows: Iterable<R> | AsyncIterable<R>;
  /** Private because it holds the environment with its keys: logging a run must not log them. */
  readonly #settings: CallSettings;
  readonly #context: ProcessContext;
  readonly #results: AsyncGenerator<EnrichResult<R, A>, void>;
  #summary: RunSummary | undefined;

  constructor(rows: Iterable<R> | AsyncIterable<R>, settings: CallSettings, context: ProcessContext) {
    super(new RunStop());
    this.#rows = rows;
    this.#settings = settings;
    this.#context = context;
    this.#results = this.#iterate();
  }

  [Symbol.asyncIterator](): AsyncGenerator<EnrichResult<R, A>, void> {
    return this.#results;
  }

  /**
   * The run in figures, once the iteration is over: at its end, after a `break`, and after it has thrown where calls had
   * begun.
   *
   * @throws Error before that, and where no call was made.
   */
  get summary(): RunSummary {
    if (this.#summary === undefined)
      throw new Error('there is no summary yet: the loop over the results has not come to its end');
    return this.#summary;
  }

  /** No further calls: those in the air get ten seconds to land, and the iteration ends after their results. */
  stop(): void {
    this.stopping.request({ kind: 'asked' });
  }

  async *#iterate(): AsyncGenerator<EnrichResult<R, A>, void> {
    const rows = new GivenRows(this.#rows);
    let ended: Promise<void> = Promise.resolve();
    let buffer: ResultBuffer<EnrichResult<R, A>> | undefined;
    try {
      const plan = await planGivenRows(rows, this.#settings, () => this.#context.clock.wallNow());
      const results = new ResultBuffer<EnrichResult<R, A>>(
        placesFor(startOf(plan.calls), mostInFlight(plan.calls)),
      );
      buffer = results;
      const outcome = this.#run(rows, plan, results);
      ended = outcome.then(
        () => results.end(),
        () => results.end(),
      );
      for (let next = await results.take(); next !== undefined; next = await results.take()) yield next;
      const { summary, ...how } = await outcome;
      const error = how.kind === 'stopped' ? errorOfStop(how.reason) : undefined;
      if (error !== undefined) throw error;
      this.tell('ended', summary);
    } finally {
      this.stopping.request({ kind: 'asked', atOnce: true });
      buffer?.end();
      await ended;
      await rows.close();
    }
  }

  #run(rows: GivenRows<R>, plan: RowsPlan, buffer: ResultBuffer<EnrichResult<R, A>>): Promise<RunOutcome> {
    /** Rows between the reader and the consumer of the results. */
    const originals = new Map<number, R>();
    const resultOf = (result: FinishedResult) =>
      withRow<R, A>(result, originalOf(originals, result.row.number));
    const context: RunContext = { ...this.#context, watch: this.listeners(resultOf) };
    return tellingTheEnd(context, this.stopping, async () => {
      const { calls, allowance, cache, columns, prompt } = plan;
      const settings = this.#settings;
      const stop = this.stopping;
      const startedAt = context.clock.now();
      const tally = new RunTally();
      const store = resultsStore(tally, (results) => {
        const given = results.map(resultOf);
        for (const { number } of given) originals.delete(number);
        return buffer.give(given);
      });
      const inputsOf = inputsReader(columns, settings.inputs);
      const filesFolder = filesFolderOf(undefined);
      const ran = await runRows(
        {
          calls,
          connection: undefined,
          name: 'rows',
          facts: startFacts({ input: 'rows', output: 'results' }, calls, context, {}),
          batchSize: 1,
          maxErrors: settings.maxErrors,
          rowsKnown: undefined,
          blocks: withFilesLookedAt(
            givenBlocks(rows, {
              limit: settings.limit,
              stop,
              mayGoOn: () => (buffer.isFull ? buffer.room() : undefined),
              taken: ({ row, original }) => originals.set(row.number, original),
            }),
            fileLook(calls, filesFolder, inputsOf),
          ),
          filesFolder,
          inputsOf,
          allowance,
          reuse: { ...questionsOf({ columns, inputs: settings.inputs, prompt }, inputsOf), cache },
        },
        {
          store,
          folder: undefined,
          memory: settings.sharesAnswers ? new AnswerMemory() : undefined,
          tally,
          checkpoint: firstCheckpoint(
            { identity: {}, savedSettings: {}, from: START, noCounts: tally.snapshot() },
            context.clock,
          ),
          close: () => Promise.resolve(),
        },
        stop,
        context,
      );
      const { reason } = stop;
      this.#summary = summarize(ran, {
        elapsedMs: context.clock.now() - startedAt,
        resumed: false,
        finished: reason === undefined,
        output: '-',
        deadLetters: null,
        calls,
      });
      return reason === undefined
        ? { kind: 'finished', summary: this.#summary }
        : { kind: 'stopped', reason, summary: this.#summary };
    });
  }
}

function originalOf<R>(originals: ReadonlyMap<number, R>, number: number): R {
  const original = originals.get(number);
  if (original === undefined) throw new Error(`row ${number} has two results: this is a bug in batchai`);
  return original;
}
