/**
 * batchai as a library: a run from file to file, or over rows from code. The command line runs the same.
 *
 *     for await (const result of enrich(rows, { fabric: 'product-description', rateLimit: '20/s' })) …
 *     const { kind, summary } = await enrich({ input, output, fabric }).outcome;
 *     await resume(output).outcome;
 *     await retry(output).outcome;
 */
export { CheckpointError } from './checkpoint/checkpoint-file.js';
export { LockHeldError } from './checkpoint/lock.js';
export { OutputDamagedError } from './checkpoint/output-damaged.js';
export { type EnrichFileOptions, type EnrichRowOptions, enrich } from './enrich.js';
export { CallError, type CallErrorKind } from './fabric/call-error.js';
export type { Answer, Spending, TierRecord } from './fabric/fabric.js';
export { FabricFileError } from './fabric/file/fabric-file-error.js';
export { LlamaSetUpError } from './fabric/llama/llama-set-up-error.js';
export type { AnswerSource, Failure, UncalledRow } from './fabric/row-result.js';
export { ScoreModuleError } from './fabric/tiers/module-scorer.js';
export { type ResumeOptions, type RetryOptions, resume, retry } from './go-on.js';
export { QueueError } from './queue/protocol/queue-error.js';
export { InputChangedError, InputError, UnreadableRowError } from './rows/input-error.js';
export type { JsonObject, JsonValue } from './rows/row.js';
export type { StopReason } from './run/control/stop.js';
export type { EnrichedRows } from './run/from-code/enriched-rows.js';
export type { Enrichment } from './run/from-file/enrichment.js';
export { RunStoppedError } from './run/outcome/outcome.js';
export type { RunOutcome } from './run/outcome/run-outcome.js';
export type { RunSummary } from './run/outcome/summary.js';
export type { AnsweredRow, EnrichResult, FailedRow } from './run/pipeline/enrich-result.js';
export type { EnrichEvents } from './run/pipeline/events.js';
export type { PlanFacts } from './run/pipeline/plan-facts.js';
export type { RetryRun } from './run/retry/retry-run.js';
export { OptionError } from './run/settings/option-parsers.js';
export { SetUpError } from './run/settings/set-up-error.js';
export { type SharedLimiter, sharedLimiter } from './shared-limiter.js';
