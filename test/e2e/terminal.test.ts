import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FABRIC, type Workbench, workbench } from './workbench.js';

const NASTY = '\u001b]0;owned\u0007\u009b2J\u202egnp.exe\u2066\b\r';
/** All that may steer a terminal; colours are off where nothing is one. */
const STEERS = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

async function nastyBench(status: number): Promise<Workbench> {
  const bench = await workbench({
    behave: () => ({ kind: 'status', status, body: { message: `no ${NASTY}!` } }),
  });
  await bench.write('rows\u001b[2J.csv', `id,"a${NASTY}"\n1,${NASTY.trim()}\n2,b\n`);
  return bench;
}

const ROWS = ['rows\u001b[2J.csv', '-o', 'out\u001b[2J.csv', '--log', 'run.log'];

it.each([422, 401])(
  'a service, a header, a cell and the name of a file steer no terminal (%i)',
  async (status) => {
    const bench = await nastyBench(status);

    const ran = await bench.run(ROWS);
    const others = [
      await bench.run([...ROWS, '--overwrite', '--dry-run']),
      await bench.batchai(['status', 'out\u001b[2J.csv']),
      await bench.batchai(['status']),
      await bench.batchai(['status', '--json']),
      await bench.batchai([
        'preview',
        ...ROWS.slice(0, 1),
        '--fabric',
        FABRIC,
        '--base-url',
        bench.server.url,
      ]),
      await bench.batchai(['run', 'no\u001b[2J.csv', '--fabric', FABRIC]),
      await bench.batchai(['run', 'rows.csv', '--no\u001b[2J']),
    ];

    expect(ran.code).toBe(status === 401 ? 4 : 3);
    expect(ran.stderr).toContain('\\u001b]0;owned\\u0007');
    for (const { stdout, stderr } of [ran, ...others]) expect(stdout + stderr).not.toMatch(STEERS);
    const log = await readFile(join(bench.folder, 'run.log'), 'utf8');
    expect(log).not.toMatch(STEERS);
    expect(log).toContain('\\u001b]0;owned');
  },
);
