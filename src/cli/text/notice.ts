import type { EmptyColumns } from '../../monitor/column-tally.js';
import type { RunNotice } from '../../monitor/run-notice.js';
import { visibleText } from '../../monitor/visible-text.js';
import { counted, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import { describeError } from './error.js';

/** One line for a notice of a run. */
export function describeNotice(notice: RunNotice): string {
  switch (notice.kind) {
    case 'cache-failed':
      return `the cache cannot be used, and the run goes on without it: ${describeError(notice.error)}`;
    case 'other-model':
      return `${notice.asked} was asked for, and ${notice.answered} answers: calls are priced as ${notice.answered}'s, and --meta-columns name it`;
    case 'absurd-usage':
      return `the service says that a call took ${notice.value} ${notice.figure}: it is counted as ${notice.most}`;
    case 'form-lowered':
      return `answers are asked for as ${notice.to} from now on, not as ${notice.from}: ${notice.why}`;
    case 'prompt-cut':
      return `the service counted ${notice.tokens} tokens in a prompt of ${notice.characters} characters: it may have cut the prompt to its context (Ollama: OLLAMA_CONTEXT_LENGTH), and answered without the rest`;
    case 'timeouts':
      return `${counted(notice.calls, 'call')} timed out after ${formatDuration(notice.timeoutMs)} and none was answered: thinking models may need --timeout ${longerThan(notice.timeoutMs)}`;
    case 'words-as-text':
      return `row ${notice.row} has NaN or Infinity, which JSON has not: they are read as text, here and in later rows`;
    case 'columns-empty':
      return describeEmptyColumns(notice.empty);
    case 'characters-replaced':
      return `row ${notice.row} has half of a character, or a NUL for a cell, which readers refuse: U+FFFD stands in its place, here and in later rows`;
  }
}

/** `column "ai_topic" stayed empty in all 500 answers: they have title, tags` */
export function describeEmptyColumns({ columns, answers, fields }: EmptyColumns): string {
  const names = columns.map((name) => `"${name}"`).join(', ');
  const where = answers === 1 ? 'the only answer' : `all ${formatCount(answers)} answers`;
  const why =
    fields.length === 0
      ? 'none is a JSON object'
      : `${answers === 1 ? 'it has' : 'they have'} ${fields.map((name) => visibleText(name)).join(', ')}`;
  return `${nounFor(columns.length, 'column')} ${names} stayed empty in ${where}: ${why}`;
}

const MINUTE = 60_000;

/** A `--timeout` to suggest: 15 minutes, or twice a timeout that was already longer. */
function longerThan(timeoutMs: number): string {
  return timeoutMs < 15 * MINUTE ? '15m' : `${Math.ceil((2 * timeoutMs) / MINUTE)}m`;
}
