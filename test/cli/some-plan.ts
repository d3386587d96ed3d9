import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../src/run/plan/plan.js';
import type { RunSettings } from '../../src/run/settings/settings.js';
import { planIn } from '../run/planning.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The plan for a `rows.csv` with the columns id and name, in a folder of its own. */
export async function planOfRows(
  settings: Partial<RunSettings> = {},
  rows = 'id,name\n1,mug\n',
): Promise<Plan> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'rows.csv'), rows);
  return planIn(folder, settings, rows);
}
