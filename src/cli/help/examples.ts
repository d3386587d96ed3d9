import type { Example } from './command-help.js';

/** Command lines that work as they stand where there is a reviews.csv, and a reviews.yaml as `batchai init` writes it. */

export const PROGRAM_EXAMPLES: readonly Example[] = [
  { line: 'batchai init reviews.csv', purpose: 'write the prompt: reviews.yaml' },
  { line: 'batchai preview reviews.csv -f reviews.yaml', purpose: 'try a few rows' },
  { line: 'batchai run reviews.csv -f reviews.yaml', purpose: 'all rows' },
];

export const RUN_EXAMPLES: readonly Example[] = [
  { line: 'batchai preview reviews.csv -f reviews.yaml', purpose: 'try a few rows first' },
  { line: 'batchai estimate reviews.csv -f reviews.yaml', purpose: 'what all takes and costs' },
  { line: 'batchai run reviews.csv -f reviews.yaml -o out.csv', purpose: 'enrich all rows' },
  { line: 'batchai resume out.csv', purpose: 'go on after any stop' },
];

export const RESUME_EXAMPLES: readonly Example[] = [
  { line: 'batchai resume out.csv', purpose: 'go on as before' },
  { line: 'batchai resume out.csv --max-cost 10', purpose: 'with a higher budget' },
  { line: 'batchai resume out.csv -c 20 -r 300/min', purpose: 'faster' },
];

export const ESTIMATE_EXAMPLES: readonly Example[] = [
  { line: 'batchai estimate reviews.csv -f reviews.yaml', purpose: 'calls nothing' },
  { line: 'batchai estimate reviews.csv -f reviews.yaml --sample 5', purpose: 'calls five rows' },
];

export const PREVIEW_EXAMPLES: readonly Example[] = [
  { line: 'batchai preview reviews.csv -f reviews.yaml', purpose: 'the first five rows' },
  { line: 'batchai preview reviews.csv -f reviews.yaml --rows 10 --spread', purpose: 'ten of all' },
];

export const RETRY_EXAMPLES: readonly Example[] = [
  { line: 'batchai retry out.csv', purpose: 'all rows that failed' },
  { line: 'batchai retry out.csv --kind timeout,server', purpose: 'those of two kinds' },
  { line: 'batchai failures out.csv --csv > fixed.csv', purpose: 'a file to correct them in' },
  { line: 'batchai retry out.csv --from fixed.csv', purpose: 'those, as corrected' },
];

export const COMPARE_EXAMPLES: readonly Example[] = [
  { line: 'batchai compare reviews.csv -f reviews.yaml -f local:sentiment', purpose: '20 rows each' },
];

export const COMPLETION_EXAMPLES: readonly Example[] = [
  { line: "echo 'source <(batchai completion bash)' >> ~/.bashrc", purpose: 'bash' },
  { line: "echo 'source <(batchai completion zsh)' >> ~/.zshrc", purpose: 'zsh' },
  { line: 'batchai completion fish > ~/.config/fish/completions/batchai.fish', purpose: 'fish' },
];
