import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** A project that has the packed package, and what that depends on. */
async function projectWithPackage(): Promise<string> {
  const folder = await temporaryFolder();
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  const environment = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: REPOSITORY,
    env: environment,
  });
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', packed ?? 'no package'], { cwd: folder });
  for (const name of await readdir(join(REPOSITORY, 'node_modules'))) {
    if (name.startsWith('.') || name === 'batchai') continue;
    await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name));
  }
  await rename(join(folder, 'package'), join(modules, 'batchai'));
  return folder;
}

const PROGRAM = `import { CallError, enrich, type EnrichResult, type RunSummary } from 'batchai';

interface Review { readonly text: string }

const texts: string[] = [];
const rows: Review[] = [{ text: 'I love it' }, { text: 'Broken and awful' }];
const results = enrich(rows, { fabric: 'local:sentiment', rateLimit: '20/s' });
for await (const result of results) {
  const known: EnrichResult<Review> = result;
  texts.push(\`\${known.number} \${known.row.text}: \${known.status}\`);
}
const summary: RunSummary | undefined = results.summary;
console.log(JSON.stringify({ texts, total: summary?.total, error: typeof CallError }));

// @ts-expect-error: rows from code have no output
export const wrongOption = () => enrich(rows, { fabric: 'local:sentiment', output: 'a.csv' });
// @ts-expect-error: a run has no such event
export const wrongEvent = () => enrich({ input: 'a.csv', fabric: 'local:sentiment' }).on('finished', () => {});
// @ts-expect-error: a result is answered or failed
export const wrongField = (result: EnrichResult<Review>) => result.answer;
`;

describe('the package', () => {
  it('is imported with its types, and runs', async () => {
    const folder = await projectWithPackage();
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    await writeFile(join(folder, 'main.ts'), PROGRAM);
    const compilerOptions = {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
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
});
