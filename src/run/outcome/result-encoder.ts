import { formatDeadLetter, UNREADABLE } from '../../checkpoint/dead-letter.js';
import type { ResultEncoder } from '../../checkpoint/store-options.js';
import type { Answer } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { escapeFormula } from '../../rows/escape-formula.js';
import { fillingEncoder } from '../../rows/placing/filling-encoder.js';
import type { JsonObject, JsonValue, Row } from '../../rows/row.js';
import { type EncoderOptions, rowEncoder, rowObject, type Spread } from '../../rows/row-encoder.js';
import type { CallPlan } from '../plan/call-plan.js';
import type { Plan } from '../plan/plan.js';
import { answerInPart } from './answer-in-part.js';
import { failedAnswerOf } from './failed-answer.js';
import { metaValues } from './meta-values.js';
import { answerFields } from './spread-values.js';

/** Who is told of what happens to answers on their way into columns. */
export interface EncodingListeners {
  /** With the first row in which characters that readers refuse were replaced, and each later one. */
  readonly onReplaced?: (row: number) => void;
  /** With each answer that is spread over columns, and what goes into them. */
  readonly onSpread?: (answer: Answer, values: Spread) => void;
}

/** How the results of a run become lines of its output and of its dead letters. */
export function runResultEncoder(
  plan: Plan,
  wallNow: () => number,
  { onReplaced, onSpread = () => {} }: EncodingListeners = {},
): ResultEncoder {
  const { look } = plan.input;
  const { answerColumns, metaColumns } = plan;
  const options: EncoderOptions = {
    from: look.layout,
    to: plan.outputLayout,
    columns: plan.columns,
    ...(plan.otherColumn !== undefined && { otherColumn: plan.otherColumn }),
    header: look.header,
    mark: look.mark,
    outputColumn: plan.outputColumn,
    spreadColumns: [...answerColumns.map(({ column }) => column), ...metaColumns],
    failedAnswer: failedAnswerOf(plan),
    ...(onReplaced === undefined ? {} : { onReplaced }),
  };
  const rows =
    plan.filled === undefined
      ? rowEncoder(options)
      : fillingEncoder(options, { replaced: new Set(metaColumns) });
  const asWritten = plan.escapesFormulas ? escapeFormula : asItIs;
  const isSpread = answerColumns.length + metaColumns.length > 0;
  const fabricId = plan.fabric.id;
  return {
    header: rows.header,
    encode: (result) => {
      if (plan.filled !== undefined && isUncalled(result)) return rows.encode(result.row, undefined);
      const answer = asWritten(answerOf(result, plan));
      return isSpread
        ? rows.encode(result.row, answer, spreadOf(result, plan, asWritten, onSpread))
        : rows.encode(result.row, answer);
    },
    letter: (result) =>
      result.status === 'failed' ? letterOf(result, itemOf(result.row, plan), fabricId) : '',
    unreadableLetter: ({ number, line, problem, raw }) =>
      formatDeadLetter({
        row: number,
        item: null,
        fabricId,
        error: { kind: UNREADABLE, message: `line ${line}: ${problem}` },
        attempts: 0,
        failedAt: new Date(wallNow()).toISOString(),
        line,
        raw,
      }),
  };
}

function asItIs(answer: JsonValue | undefined): JsonValue | undefined {
  return answer;
}

/** Such a row has no answer, and keeps what it has in the answers' columns. */
function isUncalled({ reused }: FinishedResult): boolean {
  return reused === 'blank' || reused === 'left-out' || reused === 'filled';
}

/** The row's own fields, as they are sent. */
function itemOf(row: Row, { columns, unsent }: Plan): JsonObject {
  const item = rowObject(row, columns);
  return unsent.size === 0
    ? item
    : Object.fromEntries(Object.entries(item).filter(([name]) => !unsent.has(name)));
}

/** What a row has in the answer's place: of a failed one the answers of the steps that did not fail. */
function answerOf(result: FinishedResult, { steps }: Pick<CallPlan, 'steps'>): JsonValue | undefined {
  return result.status === 'answered' ? result.answer : answerInPart(result.failure.answered, steps);
}

/** What goes into the columns behind the answer's. */
function spreadOf(
  result: FinishedResult,
  { answerColumns, metaColumns, filled, ...calls }: Plan,
  asWritten: typeof asItIs,
  onSpread: NonNullable<EncodingListeners['onSpread']>,
): Spread {
  const answer = answerOf(result, calls);
  const fields = answer === undefined ? [] : answerFields(answer, answerColumns);
  if (result.status === 'answered' && answerColumns.length > 0 && !isUncalled(result))
    onSpread(result.answer, fields);
  const ofAnswer = answerColumns.map((_, index) => asWritten(fields[index]));
  const meta = metaValues(result, metaColumns, calls);
  // Of an earlier call nothing may be left.
  return [...ofAnswer, ...(filled === undefined ? meta : meta.map((value) => value ?? null))];
}

/** The dead letter of a failed row, whose own fields are `item`. */
export function letterOf(
  { row, failure }: Extract<FinishedResult, { status: 'failed' }>,
  item: ReturnType<typeof rowObject>,
  fabricId: string,
  number = row.number,
): string {
  const { kind, status, message, step, answered, attempts, failedAt } = failure;
  const error = {
    kind,
    ...(status === undefined ? {} : { status }),
    message,
    ...(step === undefined ? {} : { step }),
  };
  const kept = answered === undefined ? {} : { answered };
  return formatDeadLetter({ row: number, item, fabricId, error, ...kept, attempts, failedAt });
}
