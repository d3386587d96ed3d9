const BEGINS = /^\s*<think>/;
const END = '</think>';

/**
 * A text without what the model thought to itself before it: services that do not take a model's thoughts apart leave
 * them at the beginning of its answer (DeepSeek R1, Qwen 3). Thoughts that never end leave no answer.
 */
export function withoutThoughts(text: string): string {
  if (!BEGINS.test(text)) return text;
  const end = text.indexOf(END);
  return end === -1 ? '' : text.slice(end + END.length).trimStart();
}
