import type { JsonObject } from '../../rows/row.js';
import type { RenderedPrompt } from '../definition.js';
import type { Repair } from '../fabric.js';
import type { ChatHistory, ChatItem } from './llama-module.js';

/**
 * The conversation of one call, from its start: the prompt, and, where an answer is to be repaired, that answer and
 * what was wrong with it. The schema is told even where a grammar holds the answer to it: a grammar knows
 * nothing of descriptions and ranges.
 */
export function chatHistory(
  { system, prompt }: RenderedPrompt,
  schema: JsonObject | undefined,
  repair: Repair | undefined,
): ChatHistory {
  const rules = [system, schema && schemaRule(schema)].filter((text) => text !== undefined && text !== '');
  const history: ChatItem[] = [];
  if (rules.length > 0) history.push({ type: 'system', text: rules.join('\n\n') });
  history.push({ type: 'user', text: prompt });
  if (repair !== undefined) {
    history.push({ type: 'model', response: [repair.answer] });
    history.push({
      type: 'user',
      text: `That answer cannot be used: ${repair.problem}. Answer again, with the corrected JSON and nothing else.`,
    });
  }
  return history;
}

function schemaRule(schema: JsonObject): string {
  return `Answer with JSON only: one object that matches this JSON schema, with nothing before or after it.\n${JSON.stringify(schema)}`;
}
