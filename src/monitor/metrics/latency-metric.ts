import { Histogram, type Registry } from 'prom-client';
import type { Metrics } from './metrics.js';

/** Takes its buckets from Metrics: prom-client's own counting would cost too much per row. */
export class LatencyMetric extends Histogram {
  constructor(
    registry: Registry,
    private readonly metrics: Metrics,
  ) {
    super({
      name: 'batchai_call_latency_seconds',
      help: 'Latency of answered calls.',
      registers: [registry],
    });
  }

  /** prom-client calls this when it writes a histogram's text; its types leave it out. */
  getForPromString() {
    const name = 'batchai_call_latency_seconds';
    const { latency } = this.metrics;
    const buckets = latency.cumulative().map(({ le, count }) => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value: count,
    }));
    const values = [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, value: latency.sumMs / 1000 },
      { metricName: `${name}_count`, labels: {}, value: latency.count },
    ];
    return { name, help: 'Latency of answered calls.', type: 'histogram', values };
  }
}
