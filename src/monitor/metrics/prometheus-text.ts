import { Registry } from 'prom-client';
import { WAIT_REASONS } from '../run-watch.js';
import { counter, gauge, labelled, labelledGauge } from './collected.js';
import { LatencyMetric } from './latency-metric.js';
import { METRICS_RUN_STATES, type Metrics } from './metrics.js';

export const PROMETHEUS_CONTENT_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE;

export interface PrometheusTextOptions {
  /**
   * True if every line carries the run's output as a label. A node-exporter refuses two files with the same line;
   * servers differ by their address.
   */
  readonly withRun?: boolean;
}

/**
 * Returns a function that gives the present metrics in Prometheus's text format.
 *
 * Loading prom-client takes 60 ms, so import this file only where the text is needed.
 */
export function prometheusText(
  metrics: Metrics,
  { withRun = false }: PrometheusTextOptions = {},
): () => Promise<string> {
  const registry = new Registry();
  addResults(registry, metrics);
  addRows(registry, metrics);
  addSpending(registry, metrics);
  addRun(registry, metrics);
  return () => {
    const output = metrics.facts?.run.output;
    if (withRun && output !== undefined) registry.setDefaultLabels({ output });
    return registry.metrics();
  };
}

/** What the results of rows say of calls: a run's own process and each worker know it. */
export function addResults(registry: Registry, metrics: Metrics): void {
  const { spent } = metrics;
  counter(registry, 'batchai_rows_completed_total', 'Rows that have an answer.', () => metrics.rowsCompleted);
  labelled(
    registry,
    'batchai_rows_failed_total',
    'Rows that failed for good, by the kind of error.',
    'kind',
    () => metrics.rowsFailed,
  );
  new LatencyMetric(registry, metrics);
  gauge(
    registry,
    'batchai_latency_mean_seconds',
    'Mean latency of answered calls.',
    () => metrics.latency.meanSeconds,
  );
  counter(
    registry,
    'batchai_calls_total',
    'Calls that went out for rows that have a result.',
    () => metrics.calls,
  );
  labelled(
    registry,
    'batchai_retries_total',
    'Calls made again, by what became of the one before.',
    'kind',
    () => metrics.retries,
  );
  labelled(
    registry,
    'batchai_wait_seconds_total',
    'Time waited: of calls for their turn, of all for the service, of rows for their next try.',
    'reason',
    () => WAIT_REASONS.map((reason) => [reason, metrics.waitedMs[reason] / 1000]),
  );
  labelled(
    registry,
    'batchai_tokens_total',
    'Tokens as the service counted them; cached ones are among the input.',
    'direction',
    () => [
      ['input', spent.input],
      ['output', spent.output],
      ['cached', spent.cached],
    ],
  );
  counter(registry, 'batchai_unpriced_calls_total', 'Calls whose price is not known.', () => spent.unpriced);
}

function addRows(registry: Registry, metrics: Metrics): void {
  counter(registry, 'batchai_rows_started_total', 'Rows whose calls began.', () => metrics.rowsStarted);
  labelled(
    registry,
    'batchai_rows_reused_total',
    'Rows whose answer is an equal row of the run, or from the cache.',
    'from',
    () => Object.entries(metrics.rowsReused),
  );
  gauge(
    registry,
    'batchai_success_ratio',
    'Completed rows among those that have a result, 0 to 1.',
    () => metrics.successRatio,
  );
  labelledGauge(
    registry,
    'batchai_run_rows',
    'Rows of the whole run that have a result, the parts before an interruption included.',
    ['result'],
    (set) => {
      if (metrics.counts === undefined) return;
      set({ result: 'answered' }, metrics.counts.tally.succeeded);
      set({ result: 'failed' }, metrics.counts.tally.failed);
    },
  );
  gauge(registry, 'batchai_calls_in_air', 'Calls that have gone out and have not come back.', () =>
    metrics.counts?.inFlight(),
  );
}

function addSpending(registry: Registry, metrics: Metrics): void {
  labelled(registry, 'batchai_cost_total', 'What the calls cost.', 'unit', () => {
    const unit = metrics.facts?.costUnit;
    return unit === undefined ? [] : [[unit, metrics.spent.cost]];
  });
  gauge(
    registry,
    'batchai_budget_used_ratio',
    'The part of the budget that is used, 0 to 1.',
    () => metrics.budgetUsed,
  );
}

function addRun(registry: Registry, metrics: Metrics): void {
  labelledGauge(
    registry,
    'batchai_run_info',
    'What runs; always 1.',
    ['fabric', 'output', 'version'],
    (set) => {
      if (metrics.facts === undefined) return;
      const { fabric, output, version } = metrics.facts.run;
      set({ fabric, output, version }, 1);
    },
  );
  labelledGauge(registry, 'batchai_run_state', '1 for the state that the run is in.', ['state'], (set) => {
    for (const state of METRICS_RUN_STATES) set({ state }, metrics.state === state ? 1 : 0);
  });
  labelledGauge(registry, 'batchai_alert_firing', '1 while the alert is firing.', ['alert'], (set) => {
    for (const [alert, isFiring] of metrics.alertsFiring) set({ alert }, isFiring ? 1 : 0);
  });
  gauge(
    registry,
    'batchai_last_checkpoint_timestamp_seconds',
    'When the checkpoint was last saved, in seconds since 1970.',
    () => metrics.checkpoint && metrics.checkpoint.at / 1000,
  );
  gauge(
    registry,
    'batchai_rows_committed',
    'Rows that the last checkpoint vouches for.',
    () => metrics.checkpoint?.rowsCommitted,
  );
}
