import { type Format, fileKindOfName, isGzipName } from '../../rows/format.js';
import { SetUpError } from '../settings/set-up-error.js';

/** Kinds of files that are neither read nor written, by their endings, and what a person can do about one. */
const FOREIGN: ReadonlyMap<string, Foreign> = new Map(
  (
    [
      [
        ['xlsx', 'xls', 'xlsm', 'xlsb', 'ods', 'numbers'],
        'a spreadsheet',
        'save its sheet as CSV',
        'open the CSV in it',
      ],
      [
        ['parquet', 'arrow', 'feather', 'avro', 'orc', 'ipc'],
        'a file of columns',
        'export it as CSV or JSONL, for example with DuckDB',
        'convert it afterwards, for example with DuckDB',
      ],
      [
        ['db', 'sqlite', 'sqlite3', 'duckdb', 'mdb'],
        'a database',
        'export the table as CSV or JSONL',
        'import it afterwards',
      ],
      [
        ['zst', 'bz2', 'xz', 'lz4', 'br', 'zip', '7z', 'rar', 'tar', 'tgz'],
        'compressed in another way than gzip',
        'decompress it, or pipe it in: … | batchai run - --format csv',
        'compress it afterwards, or let the name end in .gz',
      ],
      [
        ['xml', 'html', 'htm', 'yaml', 'yml', 'pdf', 'doc', 'docx', 'sql', 'md'],
        'no file of rows that batchai knows',
        'convert it to CSV or JSONL',
        'convert it afterwards',
      ],
    ] as const
  ).flatMap(([endings, what, before, afterwards]) =>
    endings.map((ending): [string, Foreign] => [ending, { what, before, afterwards }]),
  ),
);

interface Foreign {
  readonly what: string;
  /** What to do with such an input. */
  readonly before: string;
  /** What to do for such an output. */
  readonly afterwards: string;
}

const WRITTEN = '.csv, .tsv, .jsonl or .ndjson, also with .gz';

/**
 * Refuses an input whose name says that it does not contain rows as text, even if `--format` names a format.
 *
 * @throws SetUpError
 */
export function checkInputName(name: string): void {
  const ending = endingOf(name);
  const foreign = FOREIGN.get(ending ?? '');
  if (foreign === undefined) return;
  throw new SetUpError(
    `${name}: batchai reads CSV, TSV and JSONL, not .${ending} (${foreign.what}); ${foreign.before} first`,
  );
}

/**
 * The format of an output: `--output-format`, or else the format of its name, or else, for a name without an ending, the
 * format of the input. Refuses the ending of a format that batchai cannot write, also with `--output-format`.
 *
 * @throws SetUpError
 */
export function outputFormatOf(name: string, asked: Format | undefined, input: Format): Format {
  const ending = endingOf(name);
  const foreign = FOREIGN.get(ending ?? '');
  if (foreign !== undefined) {
    throw new SetUpError(
      `${name}: batchai writes CSV, TSV and JSONL, not .${ending} (${foreign.what}); choose a name that ends in ${WRITTEN}, and ${foreign.afterwards}`,
    );
  }
  const named = ending === 'json' ? 'json' : fileKindOfName(name)?.format;
  if (named === 'json' && asked !== 'jsonl') {
    throw new SetUpError(
      `${name}: batchai writes JSON as lines (JSONL), not as one value; choose a name that ends in ${WRITTEN}, or add --output-format jsonl`,
    );
  }
  if (asked !== undefined) return asked;
  if (named !== undefined && named !== 'json') return named;
  if (ending === undefined) return input;
  throw new SetUpError(
    `${name}: its name tells no format that batchai writes; choose a name that ends in ${WRITTEN}, or add --output-format`,
  );
}

/**
 * Dead letters are JSONL, never compressed: refuses a name with another ending, which would mislead.
 *
 * @throws SetUpError
 */
export function checkDeadLettersName(name: string): void {
  const ending = endingOf(name);
  const named = fileKindOfName(name)?.format;
  const isOther =
    FOREIGN.has(ending ?? '') || ending === 'json' || (named !== undefined && named !== 'jsonl');
  if (!isOther && !isGzipName(name)) return;
  throw new SetUpError(
    `--dead-letters ${name}: dead letters are written as JSONL, not compressed; choose a name that ends in .jsonl`,
  );
}

/**
 * A report is a page of HTML: under a name that says something else no program would open it.
 *
 * @param what for messages: `a report`
 * @throws SetUpError
 */
export function checkPageName(name: string, what: string): void {
  const ending = endingOf(name);
  if ((ending === undefined || ending === 'html' || ending === 'htm') && !isGzipName(name)) return;
  throw new SetUpError(`${name}: ${what} is a page of HTML; choose a name that ends in .html`);
}

/** What stands behind the last dot of a name, but for `.gz`; undefined where there is none. */
function endingOf(name: string): string | undefined {
  return /[^/\\]\.([^./\\\s]+)$/.exec(name.replace(/\.gz$/i, ''))?.[1]?.toLowerCase();
}
