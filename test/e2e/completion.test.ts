import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { COMPLETE, SHELLS } from '../../src/cli/completion/shells.js';
import { runBatchai } from '../support/run-batchai.js';
import { hasShell, openShell, shellEnvironment } from '../support/shell-terminal.js';
import { REPOSITORY } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);

/** A folder as a person has it: rows, a fabric file, a run that was begun, a folder. */
async function folderOfWork(): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(join(REPOSITORY, 'fixtures/reviews.csv'), join(folder, 'reviews.csv'));
  await writeFile(join(folder, 'other names.csv'), 'Product Name;$(id)\nx;y\n');
  await writeFile(join(folder, 'reviews.yaml'), 'provider: promptha\n');
  await mkdir(join(folder, 'out.csv.checkpoint'));
  await mkdir(join(folder, 'more'));
  return folder;
}

/** What is offered at the end of a line, without meanings. */
async function offered(cwd: string, line: string, shell = 'fish', breaks = ''): Promise<string[]> {
  const { code, stdout } = await runBatchai([COMPLETE, shell, line, breaks], { cwd });
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((text) => text.replace(/\t.*/, ''));
}

describe('what is offered', () => {
  it.each<[string, readonly string[]]>([
    ['batchai res', ['words', 'resume']],
    ['batchai queue cl', ['words', 'clean']],
    ['batchai run reviews.csv --dea', ['words', '--deadline', '--dead-letters']],
    ['batchai run reviews.csv --json --js', ['words']],
    ['batchai run reviews.csv --bad-rows ', ['words', 'stop', 'dead-letter', 'fill']],
    ['batchai run reviews.csv --format=j', ['words', '--format=jsonl', '--format=json']],
    ['batchai run rev', ['words', 'reviews.csv']],
    ['batchai run ', ['words-that-go-on', 'more/', 'other names.csv', 'reviews.csv']],
    ['batchai run reviews.csv -f re', ['words', 'reviews.yaml']],
    ['batchai run reviews.csv --fabric local:s', ['words', 'local:sentiment', 'local:summary']],
    ['batchai run reviews.csv --inputs title,re', ['words-that-go-on', 'title,review']],
    ['batchai run reviews.csv --inputs text=ti', ['words-that-go-on', 'text=title']],
    ['batchai run reviews.csv --where "stars < 3 and re', ['words-that-go-on', 'stars < 3 and review']],
    ['batchai run reviews.csv --where "review"', ['words']],
    ['batchai run "other names.csv" --delimiter ";" --inputs P', ['words-that-go-on', 'Product Name']],
    ['batchai diff reviews.csv reviews.csv --key sta', ['words', 'stars']],
    ['batchai fabrics show reviews.yaml --input reviews.csv --inputs st', ['words-that-go-on', 'stars']],
    ['batchai run gone.csv --inputs ', ['words']],
    ['batchai run - --inputs ', ['words']],
    ['batchai resume o', ['words', 'out.csv']],
    ['batchai run reviews.csv --log x', ['files']],
    ['batchai run reviews.csv --checkpoint ', ['folders']],
    ['batchai completion ', ['words', ...SHELLS]],
    ['batchai nothing ', ['words', '--help']],
  ])('at the end of %s', async (line, words) => {
    expect(await offered(await folderOfWork(), line)).toEqual(words);
  });

  it('for bash, is what it puts behind the last = or :, with backslashes before what it would read', async () => {
    const folder = await folderOfWork();
    const named = 'batchai run "other names.csv" --delimiter ";"';

    expect(await offered(folder, 'batchai run reviews.csv -f local:k', 'bash', ' =:')).toEqual([
      'words',
      'keywords',
    ]);
    expect(await offered(folder, 'batchai run reviews.csv -f local:k', 'bash', ' =')).toContain(
      'local:keywords',
    );
    expect((await offered(folder, `${named} --inputs `, 'bash', ' =:')).slice(1)).toEqual([
      'Product\\ Name',
      '\\$\\(id\\)',
    ]);
    expect((await offered(folder, `${named} --inputs "$`, 'bash', ' =:')).slice(1)).toEqual(['\\$(id)']);
  });
});

it('a shell that is not known is refused', async () => {
  const { code, stderr } = await runBatchai(['completion', 'powershell']);

  expect([code, stderr]).toEqual([2, expect.stringContaining('wanted bash, zsh, fish, got "powershell"')]);
});

describe('in a real shell', () => {
  it.runIf(hasShell('bash'))('bash completes commands, options, columns and fabrics', async () => {
    const folder = await folderOfWork();
    const bash = openShell('bash --norc --noprofile -i', folder, await shellEnvironment(folder));

    bash.type('source <(batchai completion bash); echo rea""dy\n');
    await bash.shows('ready');
    bash.type('batchai prev\t');
    await bash.shows('preview ');
    bash.type('rev\t');
    await bash.shows('reviews.csv ');
    bash.type('--inputs=text=tit\t');
    await bash.shows('text=title');
    bash.type(' -f local:sen\t');
    await bash.shows('local:sentiment ');
  });

  it.runIf(hasShell('zsh'))('zsh completes commands, options, columns and fabrics', async () => {
    const folder = await folderOfWork();
    const zsh = openShell('zsh -f -i', folder, await shellEnvironment(folder));

    zsh.type('autoload -U compinit; compinit -u -D; source <(batchai completion zsh); echo rea""dy\n');
    await zsh.shows('ready');
    zsh.type('batchai prev\t');
    await zsh.shows('preview');
    zsh.type('rev\t');
    await zsh.shows('reviews.csv');
    zsh.type('--inputs text=tit\t');
    await zsh.shows('text=title');
    zsh.type(' -f local:sen\t');
    await zsh.shows('local:sentiment');
  });

  it.runIf(hasShell('fish'))('fish completes commands, options, columns, fabrics and files', async () => {
    const folder = await folderOfWork();
    const env = await shellEnvironment(folder);
    const lines = [
      'preview rev',
      'preview reviews.csv --inputs tit',
      'preview reviews.csv -f local:sen',
      'preview reviews.csv --env-file mo',
    ];
    const script = `batchai completion fish | source\n${lines.map((line) => `complete --do-complete 'batchai ${line}'`).join('\n')}`;

    const { stdout } = await run('fish', ['--no-config', '-c', script], { cwd: folder, env });

    expect(stdout).toMatch(/^reviews\.csv\ntitle\nlocal:sentiment\t.*\nmore\//);
  });
});
