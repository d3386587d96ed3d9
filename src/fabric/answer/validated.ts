import type { JsonObject } from '../../json/json-value.js';
import { withPlainNumbers } from '../../json/plain-numbers.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { CallError } from '../call-error.js';
import type { Answer, Fabric, FabricCall, Reply } from '../fabric.js';
import { answerCheck } from './answer-schema.js';
import { objectOfAnswer } from './object-in-text.js';

/** Of a message; an answer may quote any text in the names of its properties. */
const LONGEST_PROBLEM = 240;

/**
 * The layer that lets through only answers that match a JSON schema, as objects: a text that holds one is read.
 * It stands inside the retries. The first answer of a row that does not match is a `bad-answer`, and `call.repair`
 * tells the next attempt what was wrong with it; the second is a `bad-answer` for good.
 *
 * @throws SchemaError where the schema is none.
 */
export function validated(next: Fabric, schema: JsonObject): Fabric {
  const check = answerCheck(schema);
  const estimate = next.estimate?.bind(next);
  return {
    async run(call) {
      const reply = await next.run(call);
      const verdict = judge(reply.answer, check);
      if (verdict.kind === 'bad') return refuse(call, reply, verdict.problem);
      if (call.repair !== undefined) delete call.repair;
      return reply.answer === verdict.object ? reply : { ...reply, answer: verdict.object };
    },
    ...(estimate === undefined ? {} : { estimate }),
    get inFlight() {
      return next.inFlight;
    },
    close: () => next.close(),
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
