import type { JsonObject } from '../../json/json-value.js';
import { withPlainNumbers } from '../../json/plain-numbers.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { CallError } from '../call-error.js';
import type { Answer, FabricCall, Reply } from '../fabric.js';
import { answerCheck } from './answer-schema.js';
import { objectOfAnswer } from './object-in-text.js';

/** Of a message; an answer may quote any text in the names of its properties. */
const LONGEST_PROBLEM = 240;

/**
 * What `validated` does with each reply: the reply with its answer as an object, or a `bad-answer`.
 *
 * @throws SchemaError for an invalid schema.
 */
export function replyCheck(schema: JsonObject): (call: FabricCall, reply: Reply) => Reply {
  const check = answerCheck(schema);
  return (call, reply) => {
    const verdict = judge(reply.answer, check);
    if (verdict.kind === 'bad') return refuse(call, reply, verdict.problem);
    if (call.repair !== undefined) delete call.repair;
    return reply.answer === verdict.object ? reply : { ...reply, answer: verdict.object };
  };
}

type Verdict =
  | { readonly kind: 'good'; readonly object: JsonObject }
  | { readonly kind: 'bad'; readonly problem: string };

function judge(answer: Answer, check: (answer: JsonObject) => string | undefined): Verdict {
  const found = objectOfAnswer(answer);
  if (found.kind === 'problem') return { kind: 'bad', problem: shortened(`it ${found.problem}`) };
  const problem = check(withPlainNumbers(found.object) as JsonObject);
  return problem === undefined
    ? { kind: 'good', object: found.object }
    : { kind: 'bad', problem: shortened(problem) };
}

function refuse(call: FabricCall, { answer }: Reply, problem: string): never {
  const isLast = call.repair !== undefined;
  call.refusals = (call.refusals ?? 0) + 1;
  call.repair = { answer: typeof answer === 'string' ? answer : stringifyJson(answer), problem };
  throw new CallError(
    'bad-answer',
    `the answer does not match the fabric's output: ${problem}`,
    isLast ? { final: true } : {},
  );
}

function shortened(problem: string): string {
  const line = problem.replace(/\s+/g, ' ');
  return line.length > LONGEST_PROBLEM ? `${line.slice(0, LONGEST_PROBLEM)}…` : line;
}
