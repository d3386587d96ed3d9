import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/limits/clock.js';
import { planOf } from '../../../src/run/queue/plan-of-queued-run.js';
import { sha256Of } from '../../../src/run/queue/score-module.js';
import { aRun } from '../../queue/a-queue.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

it('has answers scored by a module only where the worker was given a file of the same content', async () => {
  const folder = await temporaryFolder();
  const own = join(folder, 'own.mjs');
  const other = join(folder, 'other.mjs');
  await writeFile(own, 'export default () => 1;');
  await writeFile(other, 'export default () => 0;');
  const run = aRun({
    tiers: {
      upper: [{ stack: '-tier1', fabric: { kind: 'on-device', name: 'sentiment' }, rate: 'none' }],
      score: { kind: 'module', file: 'score.mjs', sha256: await sha256Of(own) },
      minScore: 0.5,
    },
  });
  const planned = (scoreModules: readonly string[]) =>
    planOf(run, 1, { environment: {}, scoreModules, clock: systemClock });

  expect((await planned([other, own])).tiers?.score).toEqual({ kind: 'module', path: own });
  await expect(planned([other])).rejects.toThrow(
    /scored by score\.mjs .*start the worker with --score-module/,
  );
  await expect(planned([])).rejects.toThrow(/none is named here/);
});
