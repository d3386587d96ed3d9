const BEGINS = /^\s*<think>/;
const START = '<think>';
const END = '</think>';
/** At the beginning or the end of a line: one in mid-sentence, or within a text of JSON, is quoted. */
const END_OF_LINES = /^[^\S\n]*<\/think>|<\/think>[^\S\n]*$/m;

/**
 * A text without what the model thought to itself before it: services that do not take a model's thoughts apart leave
 * them at the beginning of its answer (DeepSeek R1, Qwen 3). Thoughts that never end leave no answer. Templates that put
 * the opening tag into the prompt leave the closing one alone in the answer (vLLM and llama.cpp without a reasoning
 * parser): the text before it is thought too.
 */
export function withoutThoughts(text: string): string {
  if (BEGINS.test(text)) {
    const end = text.indexOf(END);
    return end === -1 ? '' : behind(text, end);
  }
  if (!text.includes(END)) return text;
  const end = END_OF_LINES.exec(text);
  if (end === null) return text;
  const at = text.indexOf(END, end.index);
  return text.slice(0, at).includes(START) ? text : behind(text, at);
}

function behind(text: string, end: number): string {
  return text.slice(end + END.length).trimStart();
}
