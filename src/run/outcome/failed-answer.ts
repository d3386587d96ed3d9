import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import { type CallPlan, type FabricCalls, tiersOf } from '../plan/call-plan.js';

/**
 * What a failed row has in the answer's place of a JSONL file. An empty text among objects or numbers has strict
 * readers refuse the whole file, so it is null, but where all answers are known to be texts.
 */
export function failedAnswerOf(calls: CallPlan): '' | null {
  return calls.steps === undefined && tiersOf(calls).every(answersWithText) ? '' : null;
}

function answersWithText({ fabric }: FabricCalls): boolean {
  switch (fabric.kind) {
    case 'local':
      return LOCAL_FABRICS.find(({ name }) => name === fabric.name)?.properties.length === 0;
    case 'promptha':
      // The type of a Promptha fabric's answers is unknown before they arrive.
      return false;
    default:
      return fabric.definition.output === undefined;
  }
}
