import { expect, it } from 'vitest';
import type { RequestEvent } from '../support/fake-fabric-server.js';
import { enrichedCsv, rowsCsv, workbench } from './workbench.js';

it('sends one call ahead after a pause, and the others when it was answered', async () => {
  const concurrency = 10;
  const events: RequestEvent[] = [];
  let calls = 0;
  const bench = await workbench({
    keyColumn: 'id',
    behave: () => {
      calls++;
      if (calls <= concurrency) return { kind: 'status', status: 429, headers: { 'retry-after': '1' } };
      return calls === concurrency + 1 ? { kind: 'delay', ms: 400 } : undefined;
    },
    observe: (event) => events.push(event),
  });
  await bench.write('rows.csv', rowsCsv(40));

  const { code } = await bench.run([
    ...['rows.csv', '-o', 'out.csv', '-c', String(concurrency)],
    ...['--rate-limit', 'none', '--no-progress'],
  ]);

  expect(code).toBe(0);
  expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
  // All that were refused at first, the one that went ahead, its answer, and only then the next one.
  expect(events.slice(2 * concurrency, 2 * concurrency + 3).map(({ event }) => event)).toEqual([
    'arrived',
    'answered',
    'arrived',
  ]);
});
