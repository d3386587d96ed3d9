import type { TextResult } from '../../../src/fabric/local/answer-texts.js';
import { serveThread } from '../../../src/threads/serve-thread.js';

// Answers texts as the thread of an on-device fabric does; some end it.
serveThread(async () => (texts: readonly string[]) => texts.map(answerTo));

function answerTo(text: string): TextResult {
  if (text === 'exit') process.exit(7);
  if (text === 'for ever') for (;;);
  return { answer: `read ${text}`, latencyMs: 1 };
}
