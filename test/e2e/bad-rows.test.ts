import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { enrichedCsv, parseCsv, parseJsonl, rowsCsv, workbench } from './workbench.js';

const ROWS = 700;
const BAD = 601;
/** So that the bad row lies behind the first 100 rows and the first 64 KB. */
const WIDE = { bytes: 180 };
const good = rowsCsv(ROWS, WIDE);
const bad = good.replace(/^00601,"Item 601, ""blue""",x+$/m, '00601,lost a field');

describe('a row that cannot be parsed, met under way', () => {
  it('stops the run after everything before it, and lets it go on once it is mended', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', bad);

    const stopped = await bench.run(['rows.csv', '-o', 'out.csv']);
    const list = await bench.list();
    await bench.write('rows.csv', good);
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume', '--json']);

    expect(stopped).toMatchObject({ code: 4, stdout: '' });
    expect(stopped.stderr).toContain('rows.csv, line 602 (row 601): wanted 3 fields as in the header, got 2');
    expect(stopped.stderr).toContain('600 of 700 have a result, 100 to go: 600 answered');
    expect(stopped.stderr).toMatch(
      /go on: batchai resume out\.csv --bad-rows dead-letter {2}# or mend the row/,
    );
    expect(list).not.toContain('out.csv');
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ total: ROWS, calls: ROWS, resumed: true });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS, WIDE));
    expect(bench.server.requests).toHaveLength(ROWS);
  });

  it('stops again, and calls nothing, when it was not mended', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', bad);
    await bench.run(['rows.csv', '-o', 'out.csv']);

    const again = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect(again.code).toBe(4);
    expect(again.stderr).toContain('line 602 (row 601)');
    expect(bench.server.requests).toHaveLength(BAD - 1);
  });

  it('goes to the dead letters with its text when asked to', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', bad);

    const result = await bench.run(['rows.csv', '-o', 'out.csv', '--bad-rows', 'dead-letter', '--json']);

    expect(result.code).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ total: ROWS, succeeded: ROWS - 1, failed: 1 });
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl'))).toEqual([
      expect.objectContaining({ row: BAD, raw: '00601,lost a field', line: 602, attempts: 0 }),
    ]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS, WIDE).replace(/^00601.*\n/m, ''));
  });

  it('can be put aside by a run that stopped at it', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', bad);
    await bench.run(['rows.csv', '-o', 'out.csv']);

    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume', '--bad-rows', 'dead-letter']);

    expect(resumed.code).toBe(3);
    expect(parseCsv(await bench.read('out.csv'))).toHaveLength(ROWS - 1);
    expect(bench.server.requests).toHaveLength(ROWS - 1);
  });

  it('is named by its line in a JSONL file too', async () => {
    const bench = await workbench();
    const lines = Array.from(
      { length: 300 },
      (_, index) => `{"id":${index + 1},"text":"${'x'.repeat(300)}"}`,
    );
    const mended = `${lines.join('\n')}\n`;
    lines[249] = '{"id":250,"text":"torn';
    await bench.write('rows.jsonl', `${lines.join('\n')}\n`);

    const stopped = await bench.run(['rows.jsonl', '-o', 'out.jsonl']);
    await bench.write('rows.jsonl', mended);
    const resumed = await bench.run(['rows.jsonl', '-o', 'out.jsonl', '--resume']);

    expect([stopped.code, resumed.code]).toEqual([4, 0]);
    expect(stopped.stderr).toContain('rows.jsonl, line 250 (row 250): wanted a JSON object');
    expect(await bench.read('out.jsonl')).toBe(
      mended.replace(/^\{"id":(\d+).*(?=\}$)/gm, (line, id) => `${line},"ai_output":"described ${id}"`),
    );
  });

  it('is put aside in the look too when asked to', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,name\n1,a\n2\n3,c\n');

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--bad-rows', 'dead-letter']);

    expect(code).toBe(3);
    expect(await bench.read('out.csv')).toBe('id,name,ai_output\n1,a,described 1\n3,c,described 3\n');
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl'))).toEqual([
      expect.objectContaining({ row: 2, raw: '2', line: 3 }),
    ]);
  });

  it('is, in a compressed input, also where the file breaks off', async () => {
    const bench = await workbench();
    const noise = Array.from(
      { length: 3000 },
      (_, index) => `${index + 1},${randomBytes(40).toString('hex')}`,
    );
    const whole = gzipSync(`id,noise\n${noise.join('\n')}\n`);
    await bench.write('rows.csv.gz', whole.subarray(0, -2000));

    const stopped = await bench.run(['rows.csv.gz', '-o', 'out.csv']);
    const callsBefore = bench.server.requests.length;
    await bench.write('rows.csv.gz', whole);
    const resumed = await bench.run(['rows.csv.gz', '-o', 'out.csv', '--resume']);

    expect(resumed.code).toBe(0);
    expect(parseCsv(await bench.read('out.csv'))).toHaveLength(3000);
    expect(callsBefore).toBeGreaterThan(2000);
    expect(bench.server.requests.length).toBeLessThanOrEqual(3000 + 10);
    expect(stopped.stderr.split('\n').slice(1).join('\n')).toMatch(/rows\.csv\.gz.*go on: batchai resume /s);
    expect(stopped.code).toBe(4);
  });
});
