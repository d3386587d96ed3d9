import type { OptionRow } from './option-table.js';

/** How the input is written, and which of its columns are sent. */
export const READING_OPTIONS = [
  {
    flags: '--format <format>',
    group: 'Input and output',
    completes: ['csv', 'tsv', 'jsonl', 'json'],
    meaning: "the input's format: csv, tsv, jsonl, json (one array)",
    default: 'from the file name',
  },
  {
    flags: '--delimiter <character>',
    group: 'Input and output',
    meaning: 'what separates the fields of a CSV',
    default: 'a comma; a tab for TSV; another where the file shows it',
  },
  {
    flags: '--encoding <name>',
    group: 'Input and output',
    completes: ['utf-8', 'utf-16le', 'windows-1252', 'shift_jis'],
    meaning: "the input's, such as windows-1252",
    default: 'UTF-8, or what its byte order mark says',
  },
  {
    flags: '--quote <character or none>',
    group: 'Input and output',
    meaning: 'what quotes fields of CSV and TSV; none: a tab is \\t, a line feed \\n',
    default: '"',
  },
  {
    flags: '--escape <character>',
    group: 'Input and output',
    meaning: 'what stands before a quote inside a quoted field',
    default: 'another quote; a backslash with --quote none',
  },
  {
    flags: '--skip-lines <n>',
    group: 'Input and output',
    meaning: 'lines above the header, which are not copied',
    default: 'none',
  },
  {
    flags: '--inputs <columns>',
    group: 'Input and output',
    completes: 'columns',
    brief: true,
    meaning: 'columns to send; input=column renames one',
    default: 'all',
  },
] as const satisfies readonly OptionRow[];
