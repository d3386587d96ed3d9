import { describe, expect, it } from 'vitest';
import { Metrics } from '../../../src/monitor/metrics/metrics.js';
import { prometheusText } from '../../../src/monitor/metrics/prometheus-text.js';
import { answered, countsOf, FACTS, failed } from '../some-results.js';

/** A line of Prometheus's text format 0.0.4: a name, labels in braces, a number. */
const SAMPLE = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? (-?[\d.]+(?:e[+-]\d+)?|\+Inf|NaN)$/;

/** Each line's value, by its name and labels; every line has to be one. */
async function samplesOf(metrics: Metrics, withRun = false): Promise<Record<string, number>> {
  const text = await prometheusText(metrics, { withRun })();
  const samples: Record<string, number> = {};
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    expect(name, line).toBeDefined();
    expect(samples[`${name}${labels}`], line).toBeUndefined();
    samples[`${name}${labels}`] = Number(value);
  }
  return samples;
}

describe('the metrics of a run', () => {
  it('count rows by what became of them', async () => {
    const metrics = new Metrics();
    metrics.started(FACTS, countsOf(1_003, 7, 4));

    for (let row = 1; row <= 4; row++) metrics.rowStarted();
    for (const result of [answered(1), answered(2), failed(3), failed(4, 'timeout')])
      metrics.rowFinished(result);
    metrics.rowUnreadable();

    expect(await samplesOf(metrics)).toMatchObject({
      batchai_rows_started_total: 4,
      batchai_rows_completed_total: 2,
      'batchai_rows_failed_total{kind="server"}': 1,
      'batchai_rows_failed_total{kind="timeout"}': 1,
      'batchai_rows_failed_total{kind="unreadable"}': 1,
      batchai_success_ratio: 0.4,
      'batchai_run_rows{result="answered"}': 1_003,
      'batchai_run_rows{result="failed"}': 7,
      batchai_calls_in_air: 4,
    });
  });

  it('count calls, retries, waits and latencies', async () => {
    const metrics = new Metrics();

    for (const latencyMs of [4, 5, 90, 1_000, 200_000]) metrics.rowFinished(answered(1, latencyMs, 2));
    metrics.rowFinished(failed(2, 'server', 3));
    metrics.callRetried('rate-limit');
    metrics.callRetried('rate-limit');
    metrics.waiting('rate-limit', 1_500);
    metrics.waiting('rate-limit', 500);
    metrics.waiting('backoff', 250);

    const samples = await samplesOf(metrics);
    expect(samples).toMatchObject({
      batchai_calls_total: 13,
      'batchai_retries_total{kind="rate-limit"}': 2,
      'batchai_wait_seconds_total{reason="rate-limit"}': 2,
      'batchai_wait_seconds_total{reason="service-pause"}': 0,
      'batchai_wait_seconds_total{reason="backoff"}': 0.25,
      'batchai_call_latency_seconds_bucket{le="0.005"}': 2,
      'batchai_call_latency_seconds_bucket{le="0.05"}': 2,
      'batchai_call_latency_seconds_bucket{le="0.1"}': 3,
      'batchai_call_latency_seconds_bucket{le="1"}': 4,
      'batchai_call_latency_seconds_bucket{le="120"}': 4,
      'batchai_call_latency_seconds_bucket{le="+Inf"}': 5,
      batchai_call_latency_seconds_count: 5,
    });
    expect(samples.batchai_call_latency_seconds_sum).toBeCloseTo(201.099);
    expect(samples.batchai_latency_mean_seconds).toBeCloseTo(40.2198);
  });

  it('add up tokens and cost, in the unit of the run', async () => {
    const metrics = new Metrics();
    metrics.started(FACTS, countsOf(0, 0));

    metrics.rowFinished({
      ...answered(1),
      spent: { input: 100, output: 20, cached: 10, cost: 0.5, unpriced: 0 },
    });
    metrics.rowFinished({ ...failed(2), spent: { input: 7, output: 1, cached: 0, cost: 0.25, unpriced: 2 } });

    expect(await samplesOf(metrics)).toMatchObject({
      'batchai_tokens_total{direction="input"}': 107,
      'batchai_tokens_total{direction="output"}': 21,
      'batchai_tokens_total{direction="cached"}': 10,
      'batchai_cost_total{unit="USD"}': 0.75,
      batchai_unpriced_calls_total: 2,
    });
  });

  it('take an answer that was not asked for as a row, and not as a latency', async () => {
    const metrics = new Metrics();
    const { row } = answered(2, 0, 0);

    metrics.rowFinished({ ...answered(1, 0, 0), reused: 'run' });
    metrics.rowFinished({ status: 'answered', row, answer: 'a', calls: 0, latencyMs: 0, reused: 'cache' });

    expect(await samplesOf(metrics)).toMatchObject({
      batchai_rows_completed_total: 2,
      'batchai_rows_reused_total{from="run"}': 1,
      'batchai_rows_reused_total{from="cache"}': 1,
      batchai_call_latency_seconds_count: 0,
      batchai_calls_total: 0,
    });
  });

  it('say what runs, and how it is', async () => {
    const metrics = new Metrics();
    metrics.started(FACTS, { ...countsOf(0, 0), budgetShare: () => 0.8 });
    metrics.checkpointSaved({ rowsCommitted: 50, at: 1_700_000_000_500 });

    expect(await samplesOf(metrics)).toMatchObject({
      'batchai_run_info{fabric="product-description",output="described.csv",version="1.2.3"}': 1,
      'batchai_run_state{state="running"}': 1,
      'batchai_run_state{state="finished"}': 0,
      batchai_last_checkpoint_timestamp_seconds: 1_700_000_000.5,
      batchai_rows_committed: 50,
      batchai_budget_used_ratio: 0.8,
    });
  });

  it.each([
    ['finished', (metrics: Metrics) => metrics.ended({})],
    [
      'stopped',
      (metrics: Metrics) => {
        metrics.stopped({ kind: 'service', message: 'why' });
        metrics.ended({});
      },
    ],
  ])('say that the run is %s', async (state, end) => {
    const metrics = new Metrics();
    metrics.started(FACTS, countsOf(0, 0));

    end(metrics);

    const samples = await samplesOf(metrics);
    const states = Object.entries(samples).filter(([name]) => name.startsWith('batchai_run_state'));
    expect(states.filter(([, value]) => value === 1)).toEqual([[`batchai_run_state{state="${state}"}`, 1]]);
  });

  it('leave out what nobody knows yet', async () => {
    const samples = await samplesOf(new Metrics());

    const names = Object.keys(samples).join('\n');
    expect(names).not.toMatch(/cost|calls_in_air|last_checkpoint|budget|run_info|alert/);
    expect(samples).toMatchObject({ batchai_success_ratio: 1, batchai_rows_completed_total: 0 });
  });

  it('say which alerts are firing', async () => {
    const metrics = new Metrics();
    const about = { text: '', run: {}, rows: 0, failed: 0, value: 1, threshold: 1, at: '' };

    metrics.alerted({ ...about, alert: 'stall', state: 'firing' });
    metrics.alerted({ ...about, alert: 'slow', state: 'firing' });
    metrics.alerted({ ...about, alert: 'slow', state: 'recovered' });

    expect(await samplesOf(metrics)).toMatchObject({
      'batchai_alert_firing{alert="stall"}': 1,
      'batchai_alert_firing{alert="slow"}': 0,
    });
  });

  it('are told apart by their output where several runs have a file each, also with odd names', async () => {
    const metrics = new Metrics();
    const run = { ...FACTS.run, output: 'a "b"\\c\nd.csv' };
    metrics.started({ ...FACTS, run }, countsOf(0, 0));
    metrics.rowFinished(answered(1));

    const samples = await samplesOf(metrics, true);

    const names = Object.keys(samples);
    expect(names.filter((name) => !name.includes('output="a \\"b\\"\\\\c\\nd.csv"'))).toEqual([]);
    expect(names.length).toBeGreaterThan(30);
  });

  it('have a help and a type for every name, as counters, gauges and a histogram', async () => {
    const metrics = new Metrics();
    metrics.started(FACTS, countsOf(0, 0));

    const text = await prometheusText(metrics)();

    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    const helps = [...text.matchAll(/^# HELP (\S+) .+$/gm)].map(([, name]) => name);
    expect(helps).toEqual(types.map(({ name }) => name));
    for (const { name, type } of types)
      expect(type, name).toBe(
        name.endsWith('_total') ? 'counter' : name === 'batchai_call_latency_seconds' ? 'histogram' : 'gauge',
      );
  });

  it('are the same however often they are asked for', async () => {
    const metrics = new Metrics();
    metrics.started(FACTS, countsOf(1, 1));
    const text = prometheusText(metrics);
    metrics.rowFinished(failed(1));

    const [first, second] = [await text(), await text()];

    expect(second).toBe(first);
  });
});
