import type { core } from 'zod';
import { PRICE_FIELD_NAMES } from '../price/price-fields.js';
import { nearestName } from '../prompt/nearest-name.js';
import type { FieldProblem } from './check-parameters.js';
import { ALONE, FABRIC_FIELDS, type FabricFields } from './fabric-fields.js';
import { brokenRules } from './field-rules.js';
import { shown, valueAt } from './field-value.js';

export interface CheckedFields {
  /** Undefined where there are problems. */
  readonly fields: FabricFields | undefined;
  readonly problems: readonly FieldProblem[];
}

/**
 * Checks the fields of a fabric, except for its templates.
 *
 * @param also names that may have been meant where a field is unknown, besides those of a fabric.
 */
export function checkFields(value: unknown, also: readonly string[] = []): CheckedFields {
  const parsed = FABRIC_FIELDS.safeParse(value);
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, value, [...FIELDS, ...also])),
    ...brokenRules(value),
  ];
  return { fields: problems.length === 0 ? parsed.data : undefined, problems };
}

/** @param fields those that there are at the top. */
export function problemsOf(issue: core.$ZodIssue, root: unknown, fields: readonly string[]): FieldProblem[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], text: unknownField(key, path, fields) }));
  }
  const saysAll = issue.code === 'custom' && issue.params?.alone === ALONE.alone;
  return [{ path, text: saysAll ? message : `${message}, got ${shown(valueAt(root, path))}` }];
}

const FIELDS = Object.keys(FABRIC_FIELDS.shape);
/** The fields inside of fields. */
const WITHIN: ReadonlyMap<PropertyKey | undefined, readonly string[]> = new Map<string, readonly string[]>([
  ['limits', ['requests', 'tokens']],
  ['price', PRICE_FIELD_NAMES],
]);

const OF_TIERS: ReadonlySet<string> = new Set(['tier', 'tiers', 'score', 'minScore']);

function unknownField(key: string, path: readonly PropertyKey[], fields: readonly string[]): string {
  if (WITHIN.get(path[0]) === undefined && OF_TIERS.has(key))
    return 'there is no such field: tiers are for one fabric without steps, and are named with --tier, --score and --min-score';
  const known = WITHIN.get(path[0]) ?? fields;
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `there is no such field, perhaps "${nearest}"`;
  const hint = path.length === 0 ? '; what is sent to the model as it is stands under parameters' : '';
  return `there is no such field; there are ${known.join(', ')}${hint}`;
}
