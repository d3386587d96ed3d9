import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPageName } from '../../../src/run/places/file-names.js';
import { SetUpError } from '../../../src/run/settings/set-up-error.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

async function planOf(changed: Partial<RunSettings>) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, changed.input ?? 'rows.csv'), 'id,name\n1,mug\n');
  return planIn(folder, changed);
}

describe("the output's name", () => {
  it.each<[string, RunSettings['outputFormat'], RegExp]>([
    ['out.xlsx', undefined, /not \.xlsx \(a spreadsheet\).*open the CSV in it/],
    ['out.XLSX', 'csv', /not \.xlsx/],
    ['out.parquet', undefined, /not \.parquet.*DuckDB/],
    ['out.parquet', 'csv', /not \.parquet/],
    ['out.csv.zst', undefined, /not \.zst \(compressed in another way than gzip\)/],
    ['out.db', undefined, /not \.db/],
    ['out.json', undefined, /writes JSON as lines.*add --output-format jsonl/],
    ['out.json', 'csv', /writes JSON as lines/],
    ['out.json.gz', undefined, /writes JSON as lines/],
    ['out.txt', undefined, /tells no format that batchai writes.*\.csv, \.tsv, .*--output-format/],
    ['out.2026-11-29', undefined, /tells no format/],
  ])('%s with --output-format %s is refused, with what to do', async (output, outputFormat, says) => {
    const planning = planOf({ output, ...(outputFormat && { outputFormat }) });

    await expect(planning).rejects.toThrow(SetUpError);
    await expect(planning).rejects.toThrow(says);
  });

  it.each<[string, RunSettings['outputFormat'], string, boolean]>([
    ['out.csv', undefined, 'csv', false],
    ['out.TSV.gz', undefined, 'tsv', true],
    ['out.tab', 'tsv', 'tsv', false],
    ['out.ndjson', undefined, 'jsonl', false],
    ['out.json', 'jsonl', 'jsonl', false],
    ['out.txt', 'tsv', 'tsv', false],
    ['out.gz', undefined, 'csv', true],
    ['out', undefined, 'csv', false],
    ['.hidden', undefined, 'csv', false],
  ])('%s with --output-format %s is %s', async (output, outputFormat, format, gzip) => {
    const plan = await planOf({ output, ...(outputFormat && { outputFormat }) });

    expect(plan.output.layout.format).toBe(format);
    expect(plan.output.gzip).toBe(gzip);
  });

  it('may be anything that is made of the input’s', async () => {
    const plan = await planOf({ input: 'rows.txt', format: 'csv' });

    expect(plan.output.path).toMatch(/rows\.enriched\.txt$/);
  });
});

describe("the input's name", () => {
  it.each([
    ['rows.xlsx', /reads CSV, TSV and JSONL, not \.xlsx \(a spreadsheet\); save its sheet as CSV first/],
    ['rows.parquet', /not \.parquet.*DuckDB first/],
    ['rows.csv.zst', /decompress it, or pipe it in/],
  ])('%s is refused, also with --format, with what to do', async (input, says) => {
    await expect(planOf({ input })).rejects.toThrow(says);
    await expect(planOf({ input, format: 'csv' })).rejects.toThrow(says);
  });
});

describe("the dead letters' name", () => {
  it.each(['failed.csv', 'failed.jsonl.gz', 'failed.xlsx', 'failed.json'])(
    '%s is refused, since they are JSONL',
    async (deadLetters) => {
      await expect(planOf({ deadLetters })).rejects.toThrow(/dead letters are written as JSONL.*\.jsonl$/);
    },
  );

  it.each(['failed.jsonl', 'failed.ndjson', 'failed.log', 'failed'])('%s is taken', async (deadLetters) => {
    expect((await planOf({ deadLetters })).output.deadLetters).toMatch(new RegExp(`${deadLetters}$`));
  });
});

describe("a report's name", () => {
  it.each(['page.pdf', 'out.csv', 'page.html.gz', 'page.xlsx'])(
    'is refused where it says something else: %s',
    (name) => {
      expect(() => checkPageName(name, 'a report')).toThrow(
        /a report is a page of HTML; choose a name that ends in \.html/,
      );
    },
  );

  it.each(['page.html', 'page.HTM', 'a folder.d/page'])('says that it is a page, or nothing: %s', (name) => {
    expect(() => checkPageName(name, 'a report')).not.toThrow();
  });
});
