import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** What npm installs of the package, packed and unpacked once for all tests. */
let unpacked = '';
let packedIn = '';

beforeAll(async () => {
  // The program is built before all tests; the types are in the package alone.
  await run('npm', ['run', 'build:types', '--silent'], { cwd: REPOSITORY });
  packedIn = await mkdtemp(join(tmpdir(), 'batchai-package-'));
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', packedIn], {
    cwd: REPOSITORY,
    env: { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
  });
  const packed = (await readdir(packedIn)).find((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', packed ?? 'no package'], { cwd: packedIn });
  unpacked = join(packedIn, 'package');
}, 600_000);
afterAll(() => rm(packedIn, { recursive: true, force: true }));

/** A project that has the packed package and nothing else. */
async function projectWithPackage(): Promise<{ folder: string; installed: string }> {
  const folder = await temporaryFolder();
  const installed = join(folder, 'node_modules', 'batchai');
  await cp(unpacked, installed, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  return { folder, installed };
}

const PROGRAM = `import { CallError, enrich, type Enrichment, type EnrichResult, resume, retry, type RunSummary, sharedLimiter } from 'batchai';

interface Review { readonly text: string }
interface Verdict { readonly label: string; readonly score: number }

const texts: string[] = [];
const rows: Review[] = [{ text: 'I love it' }, { text: 'Broken and awful' }];
const limiter = sharedLimiter({ rateLimit: '20/s' });
const results = enrich<Review, Verdict>(rows, { fabric: 'local:sentiment', limiter });
results.on('row', (result) => { if (result.status === 'answered') result.answer.score.toFixed(2); });
for await (const result of results) {
  const known: EnrichResult<Review, Verdict> = result;
  texts.push(\`\${known.number} \${known.row.text}: \${known.status}\`);
}
const summary: RunSummary = results.summary;
console.log(JSON.stringify({ texts, total: summary.total, error: typeof CallError }));

export const goOn = (): Enrichment<Review, Verdict> => resume<Review, Verdict>('a.csv', { maxCost: 10 });
export const again = () =>
  retry<Review, Verdict>('a.csv', { kinds: ['timeout'] }).on('row', ({ row }) => row.text.trim()).outcome;
// @ts-expect-error: a run is found by its output
export const wrongResume = () => resume('a.csv', { output: 'b.csv' });
// @ts-expect-error: a retry has the columns of its run
export const wrongRetry = () => retry('a.csv', { columns: true });

// @ts-expect-error: rows from code have no output
export const wrongOption = () => enrich(rows, { fabric: 'local:sentiment', output: 'a.csv' });
// @ts-expect-error: a run has no such event
export const wrongEvent = () => enrich({ input: 'a.csv', fabric: 'local:sentiment' }).on('finished', () => {});
// @ts-expect-error: a result is answered or failed
export const wrongField = (result: EnrichResult<Review>) => result.answer;
`;

describe('the package', () => {
  it('is imported with its types, and runs', async () => {
    const { folder } = await projectWithPackage();
    const types = join(folder, 'node_modules', '@types');
    await mkdir(types);
    // They have the console, as in every program for Node.
    await symlink(join(REPOSITORY, 'node_modules/@types/node'), join(types, 'node'));
    await writeFile(join(folder, 'main.ts'), PROGRAM);
    const compilerOptions = {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      // TypeScript's own declarations are not ours to check.
      skipDefaultLibCheck: true,
      types: ['node'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));

    const compiled = await run(
      process.execPath,
      [join(REPOSITORY, 'node_modules/typescript/bin/tsc'), '-p', folder],
      { cwd: folder },
    ).catch(({ stdout }: { stdout: string }) => ({ stdout }));
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: folder });

    expect(compiled.stdout).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      texts: ['1 I love it: answered', '2 Broken and awful: answered'],
      total: 2,
      error: 'function',
    });
  });

  it('runs as a command, tokenizer and report included', async () => {
    const { folder, installed } = await projectWithPackage();
    await cp(join(REPOSITORY, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
    const batchai = (...args: string[]) =>
      run(process.execPath, [join(installed, 'bin/batchai.js'), ...args], { cwd: folder });
    const reviews = ['fixtures/reviews.csv', '--fabric'];

    await batchai('run', ...reviews, 'local:entities', '--inputs', 'review', '-o', 'out.csv', '--cache');
    await batchai('report', 'out.csv', '-o', 'out.html');
    const estimate = await batchai('estimate', ...reviews, 'fixtures/fabrics/review-facts.yaml', '--json');

    expect(await readFile(join(folder, 'out.html'), 'utf8')).toContain('uPlot');
    expect(JSON.parse(estimate.stdout)).toMatchObject({ rows: 60 });
  });

  it('installs nothing else, and runs nothing when it is installed', async () => {
    const { dependencies, scripts } = JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8'));

    expect(dependencies).toBeUndefined();
    expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });

  it('names each package in it, with its licence', async () => {
    const licences = await readFile(join(unpacked, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');

    for (const name of ['undici', 'bullmq', 'wink-nlp', 'gpt-tokenizer', 'uplot', 'zod']) {
      const { version, license } = JSON.parse(
        await readFile(join(REPOSITORY, 'node_modules', name, 'package.json'), 'utf8'),
      );
      expect(licences).toContain(`\n${name} ${version} (${license})\n`);
    }
  });

  it('shows lines of src/ in stack traces to who asks for them', async () => {
    const { folder } = await projectWithPackage();
    await writeFile(
      join(folder, 'main.js'),
      `import { enrich } from 'batchai';\ntry { enrich([], { fabric: 1 }); } catch ({ stack }) { console.log(stack); }`,
    );

    const { stdout } = await run(process.execPath, ['--enable-source-maps', 'main.js'], { cwd: folder });
    const [, path = 'no place', line] =
      /\((?:file:\/\/)?([^()]*batchai\/src\/[^()]*\.ts):(\d+):\d+\)/.exec(stdout) ?? [];

    expect((await readFile(path, 'utf8')).split('\n').length).toBeGreaterThan(Number(line));
  });
});
