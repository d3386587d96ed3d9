import { chmod } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Workbench, workbench } from './workbench.js';

const BELL = '\u0007';

/** A folder with a program `notify-send` that notes what it is called with, a line a word. */
async function desktop(
  script = 'printf "%s\\n" "$@" >> "$NOTED"',
): Promise<{ bench: Workbench; env: Record<string, string> }> {
  const bench = await workbench({
    behave: ({ inputs }) =>
      inputs.id === 'bad' ? { kind: 'status', status: 422, body: { message: 'SECRET-ROW' } } : undefined,
  });
  await bench.write('rows.csv', 'id,name\n1,SECRET-ROW\nbad,b\n');
  await bench.write('notify-send', `#!/bin/sh\n${script}\n`);
  await chmod(bench.path('notify-send'), 0o755);
  const env = {
    PROMPTHA_API_KEY: 'test-key',
    PATH: `${bench.folder}${delimiter}${process.env.PATH}`,
    NOTED: bench.path('noted'),
  };
  return { bench, env };
}

describe.skipIf(process.platform === 'win32')('--notify', () => {
  it('rings the bell and shows how the run ended, without what is in the rows', async () => {
    const { bench, env } = await desktop();

    const ran = await bench.run(['rows.csv', '-o', 'a<b&c.csv', '--notify', '--quiet'], { env, keys: [] });
    const noted = await bench.read('noted');
    const stopped = await bench.run(['rows.csv', '-o', 'out.csv', '--notify', '--max-calls', '1'], { env });

    expect([ran.code, stopped.code]).toEqual([3, 4]);
    expect(ran.stderr).toBe(BELL);
    expect(noted.split('\n')).toEqual([
      '--app-name=batchai',
      '--',
      'batchai has finished',
      'a&lt;b&amp;c.csv: 2 rows, 1 row failed',
      '',
    ]);
    expect((await bench.read('noted')).slice(noted.length)).toContain(
      'batchai has stopped\nout.csv: budget\n',
    );
    // No terminal.
    expect(stopped.stderr).not.toContain(BELL);
  });

  it.each([
    ['fails', 'exit 1'],
    ['is none', undefined],
  ])('changes nothing where notify-send %s', async (_what, script) => {
    const { bench, env } = await desktop(script);
    const there = script === undefined ? { ...env, PATH: bench.path('nowhere') } : env;

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--notify'], { env: there });
    const without = await bench.run(['rows.csv', '-o', 'other.csv'], { env });

    expect([code, without.code]).toEqual([3, 3]);
    expect(await bench.list()).not.toContain('noted');
  });
});
