import { Context, type Template } from 'liquidjs';
import { ExactNumber } from '../../json/exact-number.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import type { Inputs } from '../fabric.js';
import { type ColumnUse, columnUses, ROW, type StepUse, stepUses } from './column-uses.js';
import { ComparableText } from './comparable-text.js';
import { promptEngine } from './prompt-engine.js';
import { templateProblems } from './template-problem.js';

/** An expression over the columns of a row, in the language of prompts: `stars < 3 and review != blank`. */
export interface Condition {
  readonly columns: readonly ColumnUse[];
  /** The answers of steps that it uses. */
  readonly steps: readonly StepUse[];
  holdsFor(row: Inputs): boolean;
}

/** An expression cannot be read. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly kind = 'condition';
}

const HOLDS = 'yes';

/**
 * Reads an expression as it stands in `{% if … %}`.
 *
 * @throws ConditionError
 * @example
 * compileCondition('stars < 3').holdsFor({ stars: '2' }); // true
 */
export function compileCondition(text: string): Condition {
  if (text.trim() === '') throw new ConditionError('it is empty');
  if (/[{%]%|%[}%]|[\r\n]/.test(text)) throw new ConditionError('wanted one expression, without tags');
  checkWhole(text);
  const engine = promptEngine({ partials: {} });
  try {
    const templates = engine.parse(`{% if ${text} %}${HOLDS}{% endif %}`);
    const columns = columnUses(templates, 'expression');
    const options = { liquid: engine };
    return {
      columns,
      steps: stepUses(templates),
      holdsFor: (row) => {
        const globals = scopeOf(row);
        const context = new Context(Object.create(null), engine.options, { globals, sync: true }, options);
        return engine.renderSync(templates as Template[], context) === HOLDS;
      },
    };
  } catch (error) {
    if (error instanceof ConditionError) throw error;
    throw new ConditionError(templateProblems(error, engine)[0]?.text ?? 'it cannot be read');
  }
}

/** A value, or an operator between values. */
const TOKEN =
  /\s*(?:(?<operator>==|!=|>=|<=|>|<|(?:and|or|contains)(?![\w-]))|(?<not>not(?![\w-]))|(?<value>"[^"]*"|'[^']*'|[+-]?\d+(?:\.\d+)?(?![\w.])|[\p{L}_][\w\p{L}-]*\??(?:\.[\p{L}_][\w\p{L}-]*\??|\[[^\]]*\])*))\s*/uy;

/** True for values and operators in turn. Checked here, since LiquidJS' message would be in its parser's words. */
function checkWhole(text: string): void {
  let wantsValue = true;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)?.groups;
    const isFitting = wantsValue ? (found?.value ?? found?.not) : found?.operator;
    if (isFitting === undefined)
      throw new ConditionError(`"${text.slice(at).trim()}" cannot be read${adviceOn(text.slice(at))}`);
    if (found?.not === undefined) wantsValue = !wantsValue;
  }
  if (wantsValue) throw new ConditionError('its end is missing');
}

function adviceOn(rest: string): string {
  if (/^\s*=/.test(rest)) return ' (equal is ==)';
  if (/^\s*(&&|\|\|)/.test(rest)) return ' (write and, or)';
  if (/^\s*[()]/.test(rest)) return ' (there are no parentheses; and, or are read from the right)';
  return '';
}

/** What the expression can reach: each column by its name, and all of them as `row`. */
function scopeOf(row: Inputs): object {
  const scope: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(row)) scope[name] = comparable(value);
  if (!Object.hasOwn(row, ROW)) scope[ROW] = { ...scope };
  return scope;
}

function comparable(value: JsonValue): unknown {
  if (typeof value === 'string') return new ComparableText(value);
  if (value instanceof ExactNumber) return Number(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, one]) => [name, comparable(one)]),
  );
}
