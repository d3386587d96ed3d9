import { describe, expect, it } from 'vitest';
import type { Behaviour, RecordedRequest } from '../support/fake-fabric-server.js';
import { parseCsv, rowsCsv, type Workbench, workbench } from './workbench.js';

const REFUSED: Behaviour = { kind: 'status', status: 422, body: { message: 'no such thing, "really"' } };
const BROKEN: Behaviour = { kind: 'status', status: 500, body: { message: 'oops' } };

/** A run of ten rows, of which 3 and 5 are refused as they are, and 7 meets a broken service. */
async function failedBench(): Promise<Workbench> {
  const bench = await workbench({
    keyColumn: 'id',
    behave: ({ inputs }: RecordedRequest) => {
      const n = Number(inputs.id);
      if (n === 7 && inputs.name !== 'mended') return BROKEN;
      return (n === 3 || n === 5) && inputs.name !== 'mended' ? REFUSED : undefined;
    },
  });
  await bench.write('rows.csv', rowsCsv(10));
  await bench.run(['rows.csv', '-o', 'out.csv', '--attempts', '1']);
  return bench;
}

describe('failures', () => {
  it('shows the failed rows by kind, the most frequent first, with their fields and what to do', async () => {
    const bench = await failedBench();

    const { code, stdout, stderr } = await bench.batchai(['failures', 'out.csv']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const paragraphs = stdout.split('\n\n');
    expect(paragraphs).toHaveLength(3);
    expect(paragraphs[0]).toMatch(
      /^unprocessable: 2 rows; the service cannot use these fields, or a file that they name: correct the row, .*\n {2}row 3 {2}.*no such thing, "really"\n {6}id: .* · name: .*\n {2}row 5 /,
    );
    expect(paragraphs[1]).toMatch(
      /^server: 1 row; another try may mend them: batchai retry out\.csv --kind server\n {2}row 7 /,
    );
    expect(paragraphs[2]).toContain(
      'batchai failures out.csv --csv > failed.csv\n  batchai retry out.csv --from failed.csv\n',
    );
  });

  it('advises a retry of those kinds only that another try may mend', async () => {
    const bench = await failedBench();

    const { stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '--attempts', '1', '--overwrite']);

    expect(stderr).toContain('batchai: retry them: batchai retry out.csv --kind server\n');
    expect(stderr).toContain('batchai: what to do about them: batchai failures out.csv\n');
  });

  it('gives them as CSV, in which they are corrected and tried again; the output keeps its own fields', async () => {
    const bench = await failedBench();
    const before = parseCsv(await bench.read('out.csv'));

    const { stdout } = await bench.batchai(['failures', 'out.csv', '--csv']);
    const refused = parseCsv(stdout).filter(({ failed_kind: kind }) => kind === 'unprocessable');
    const fixed = refused.map(({ failed_row: row, id }) => `${row},${id},mended`);
    await bench.write('fixed.csv', ['failed_row,id,name', ...fixed, ''].join('\n'));
    const calls = bench.server.requests.length;
    const retried = await bench.batchai([
      'retry',
      'out.csv',
      '--from',
      'fixed.csv',
      '--base-url',
      bench.server.url,
    ]);

    expect(stdout.split('\n')[0]).toBe('failed_row,failed_kind,failed_message,id,name,note');
    expect(refused.map((row) => row.failed_row)).toEqual(['3', '5']);
    expect(refused[0]?.failed_message).toContain('no such thing, "really"');
    expect(retried.stderr).toContain('corrected   2 rows in --from');
    expect(retried.code).toBe(3);
    expect(bench.server.requests.slice(calls).map(({ inputs }) => inputs.name)).toEqual(['mended', 'mended']);
    const after = parseCsv(await bench.read('out.csv'));
    expect(after.map(({ id, name }) => [id, name])).toEqual(before.map(({ id, name }) => [id, name]));
    expect(after.filter(({ ai_output: answer }) => answer === '').map(({ id }) => Number(id))).toEqual([7]);
    expect((await bench.batchai(['failures', 'out.csv'])).stdout).not.toContain('unprocessable');
  });

  it.each([
    ['id,name\n3,x\n', 'fixed.csv has no column failed_row'],
    ['failed_row,name\nx,y\n', 'fixed.csv, row 1: wanted a row\'s number in failed_row, got "x"'],
    ['failed_row,name\n3,y\n3,z\n', 'fixed.csv has row 3 twice'],
  ])('refuses corrections such as %j', async (text, wanted) => {
    const bench = await failedBench();
    await bench.write('fixed.csv', text);

    const { code, stderr } = await bench.batchai(['retry', 'out.csv', '--from', 'fixed.csv']);

    expect(code).toBe(2);
    expect(stderr).toContain(`--from: ${wanted}`);
  });

  it('says where no row failed, and where there is no run', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(2));
    await bench.run(['rows.csv', '-o', 'out.csv']);

    const none = await bench.batchai(['failures', 'out.csv']);
    const csv = await bench.batchai(['failures', 'out.csv', '--csv']);
    const missing = await bench.batchai(['failures', 'no.csv']);

    expect([none.code, none.stdout]).toEqual([0, 'no row failed\n']);
    expect(csv.stdout).toBe('failed_row,failed_kind,failed_message\n');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('there is no run of no.csv with failed rows');
  });
});
