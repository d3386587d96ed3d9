import type { OptionRow } from './option-table.js';
import { RUN_OPTIONS, type RunFlags } from './run.js';

const AS_BEFORE = 'as the run had it last';

/** What a run is found by, and what a resume is by itself. */
const LEFT_OUT = [
  '-o, --output <file>',
  '--resume',
  '--overwrite',
] as const satisfies readonly RunRow['flags'][];

type RunRow = (typeof RUN_OPTIONS)[number];

/** Some of a run's options are about one start, and are not kept: they have their usual defaults. */
const OF_A_START: ReadonlySet<string> = new Set([
  '--checkpoint <dir>',
  '--detach',
  '--profile <name>',
  '--dry-run',
  '--json',
  '--no-progress',
  '-y, --yes',
  '-q, --quiet',
] satisfies RunRow['flags'][]);

/** The options of `batchai resume`: those of a run, none of which has to be given, and what takes a flag back. */
export const RESUME_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--input <file>',
    group: 'Input and output',
    brief: true,
    completes: 'file',
    meaning: 'the file of rows, where it is elsewhere now',
    default: AS_BEFORE,
  },
  ...RUN_OPTIONS.filter(({ flags }) => !LEFT_OUT.some((out) => out === flags)).flatMap(asBefore),
];

function asBefore(row: OptionRow): OptionRow[] {
  if (OF_A_START.has(row.flags)) return [row];
  const opposite = oppositeOf(row);
  // Commander takes a flag as set where it knows its `--no-` first.
  return [...(opposite === undefined ? [] : [opposite]), { ...row, default: AS_BEFORE }].sort(
    (a, b) => Number(a.flags.startsWith('--no-')) - Number(b.flags.startsWith('--no-')),
  );
}

/** `--no-log-rows` of `--log-rows`, and the other way round; undefined where there is a value, or the run has both. */
function oppositeOf({ flags, group }: OptionRow): OptionRow | undefined {
  if (/[ ,]/.test(flags)) return undefined;
  const opposite = flags.startsWith('--no-') ? flags.replace('--no-', '--') : flags.replace('--', '--no-');
  if (RUN_OPTIONS.some((row) => row.flags.split(' ', 1)[0] === opposite)) return undefined;
  return { flags: opposite, group, meaning: `not ${flags}, whatever the run had last` };
}

/** What commander parses from those. */
export type ResumeFlags = Partial<Omit<RunFlags, 'output' | 'resume' | 'overwrite' | Switch>> & {
  readonly input?: string;
} & { readonly [Name in Switch]?: boolean };

/** The names of flags without a value. */
type Switch = {
  [Name in keyof RunFlags]-?: Exclude<RunFlags[Name], undefined> extends boolean ? Name : never;
}[keyof RunFlags];
