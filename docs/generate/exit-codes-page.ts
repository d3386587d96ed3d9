import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { GENERATED, plain, table } from './markdown.js';

/** docs/reference/exit-codes.md. */
export function exitCodesPage(): string {
  const rows = Object.entries(EXIT_CODES).map(([code, meaning]) => [code, plain(meaning)]);
  return `${GENERATED}

# Exit codes

\`batchai run\` and \`batchai retry\` end with one of these. The other commands use those of them that apply.
After 4, 129, 130 and 143, the same command with \`--resume\` goes on.

${table(['exit code', 'meaning'], rows)}`;
}
