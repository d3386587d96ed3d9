import type { ObjectRow } from '../../rows/row.js';
import { START } from '../../rows/row.js';
import { type AllowancePlan, decideAllowance, decideBudget } from '../plan/budget.js';
import { type CachePlan, decideCache } from '../plan/cache.js';
import type { CallPlan } from '../plan/call-plan.js';
import { decideFabricOrSteps } from '../plan/fabric.js';
import type { InputPlan } from '../plan/input.js';
import type { PromptUses } from '../plan/prompt.js';
import { decideRowCalls } from '../plan/row-calls.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { CallSettings } from '../settings/settings-of-options.js';
import type { GivenRows } from './given-rows.js';

/** What is decided of a run over rows from code before its first call. */
export interface RowsPlan {
  readonly calls: CallPlan;
  readonly allowance: AllowancePlan;
  readonly cache: CachePlan | undefined;
  /** The names that the first rows have. */
  readonly columns: readonly string[];
  readonly prompt: PromptUses | undefined;
}

/** As messages call them. */
const NAME = 'the first rows';

/**
 * Checks what can be refused before the first call, by a look at the first rows.
 *
 * @throws SetUpError, FabricFileError, InputError, and what the rows' own code throws.
 */
export async function planGivenRows(
  rows: GivenRows<object>,
  settings: CallSettings,
  wallNow: () => number,
): Promise<RowsPlan> {
  const fabric = await decideFabricOrSteps(settings);
  const looked = await rows.look();
  const columns = [...new Set(looked.flatMap(({ object }) => Object.keys(object)))];
  // Other rows may have other fields than the first.
  if (rows.isSync && looked.length > 0) checkInputs(settings, columns);
  const { calls, prompt } = await decideRowCalls(settings, fabric, inputOf(looked, columns), wallNow);
  return {
    calls,
    allowance: decideAllowance(decideBudget(settings), settings.deadline, calls),
    cache: decideCache(settings, calls),
    columns,
    prompt,
  };
}

function checkInputs({ inputs = [] }: CallSettings, columns: readonly string[]): void {
  const unknown = inputs.find(({ column }) => !columns.includes(column));
  if (unknown === undefined) return;
  throw new SetUpError(`--inputs: ${NAME} have no "${unknown.column}"; they have ${columns.join(', ')}`);
}

/** What a prompt is checked by. */
function inputOf(
  looked: readonly ObjectRow[],
  columns: readonly string[],
): Pick<InputPlan, 'source' | 'look'> {
  return {
    source: { name: NAME, path: undefined, look: nothing, read: nothing },
    look: {
      layout: { format: 'jsonl', delimiter: ',', newline: '\n' },
      columns,
      odd: [],
      mark: '',
      header: '',
      start: START,
      rows: looked,
      unreadable: [],
      whole: false,
    },
  };
}

async function* nothing(): AsyncGenerator<Buffer> {}
