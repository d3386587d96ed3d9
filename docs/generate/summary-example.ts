/** What `batchai run --json` prints, spread over several lines; test/docs/reference.test.ts compares its fields. */
export const SUMMARY_EXAMPLE = `{
  "total": 135,
  "succeeded": 133,
  "failed": 2,
  "calls": 141,
  "retries": 6,
  "elapsedMs": 84120,
  "successRate": 0.985,
  "latency": { "mean": 812.4, "p50": 790.1, "p95": 1204.6, "p99": 1530.2 },
  "resumed": true,
  "finished": true,
  "output": "described.csv",
  "deadLetters": "described.csv.dead-letters.jsonl",
  "failures": { "unprocessable": { "count": 2, "rows": [17, 64], "message": "the service answered 422: no such category" } },
  "tokens": { "in": 48215, "out": 9120, "cached": 0 },
  "cost": 0.0339,
  "costUnit": "USD",
  "unpricedCalls": 0,
  "saved": { "inRun": 12, "fromCache": 0, "cost": 0.0033 },
  "otherModels": {},
  "tiers": [],
  "lastTierAlone": null
}`;
