import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../rows/row.js';
import { boundedPattern, PatternTimeoutError } from './bounded-pattern.js';
import { describeSchemaErrors } from './describe-schema-errors.js';

/** A JSON schema is invalid, or cannot be used to check answers. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly kind = 'schema';
}

/** Describes what is wrong with an answer, for people and models; undefined for a valid one. */
export type AnswerCheck = (answer: JsonObject) => string | undefined;

/**
 * Makes the check of answers from a JSON schema: draft 2020-12, or draft-07 where `$schema` says so. It is
 * compiled once; a check stops at the first thing that is wrong.
 *
 * @throws SchemaError where the schema is not valid, or refers to what is not in it.
 */
export function answerCheck(schema: JsonObject): AnswerCheck {
  const validate = compile(schema);
  return (answer) => {
    try {
      return validate(answer) ? undefined : describeSchemaErrors(validate.errors ?? []);
    } catch (error) {
      if (error instanceof PatternTimeoutError) return error.message;
      throw error;
    }
  };
}

/** Silences ajv, which would write to the console about unknown formats; an unknown format matches any text. */
const OPTIONS: Options = {
  ...{ strict: false, allErrors: false, ownProperties: true, logger: false },
  // 19.99 / 0.01 is 1998.9999999999998.
  multipleOfPrecision: 6,
  code: { regExp: boundedPattern },
};

interface Validate {
  (answer: JsonObject): boolean;
  errors?: ErrorObject[] | null;
}

function compile(schema: JsonObject): Validate {
  // ajv knows a dialect by one spelling alone; a validator with `$async` would promise its verdict.
  const { $schema: dialect, $async: _, ...rest } = schema;
  try {
    const Dialect = isDraft07(dialect) ? Ajv : Ajv2020;
    metaCheckOf(Dialect).validateSchema(rest, true);
    return withFormats(new Dialect({ ...OPTIONS, validateSchema: false })).compile(rest) as Validate;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaError(`not a JSON schema that answers can be checked by: ${oneLine(reason)}`);
  }
}

type Dialect = typeof Ajv | typeof Ajv2020;

const metaChecks = new Map<Dialect, Ajv>();

/** Checks schemas themselves. It takes 50 ms to make, and a run checks its schema twice: all schemas share one. */
function metaCheckOf(Dialect: Dialect): Ajv {
  const check = metaChecks.get(Dialect) ?? withFormats(new Dialect(OPTIONS));
  metaChecks.set(Dialect, check);
  return check;
}

function withFormats(ajv: Ajv): Ajv {
  addFormats.default(ajv);
  return ajv;
}

function isDraft07(dialect: JsonObject[string] | undefined): boolean {
  if (dialect === undefined) return false;
  if (typeof dialect === 'string' && /draft-0?7\b/.test(dialect)) return true;
  if (typeof dialect === 'string' && /draft\/2020-12\b/.test(dialect)) return false;
  throw new SchemaError(`$schema: wanted draft 2020-12 or draft-07, got ${JSON.stringify(dialect)}`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
