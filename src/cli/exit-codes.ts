/** The exit codes, as docs/reference/exit-codes.md and `--help` list them. */
export const EXIT_CODES = {
  0: 'every row enriched',
  1: 'an unexpected failure; the checkpoint is intact',
  2: 'the command, its set-up or its input is wrong, or a person said no to the plan; nothing was called',
  3: 'finished, with dead letters',
  4: 'stopped early and resumable: a refused key, an unknown fabric, no credit, --max-errors, an unreadable row, a budget or a deadline',
  5: 'another process is running this very run',
  6: 'submitted to a batch API and not finished; batchai resume collects',
  129: 'interrupted (SIGHUP: the terminal was closed); the checkpoint was saved',
  130: 'interrupted (SIGINT: Ctrl-C); the checkpoint was saved',
  143: 'interrupted (SIGTERM); the checkpoint was saved',
} as const;

export type ExitCode = keyof typeof EXIT_CODES;
