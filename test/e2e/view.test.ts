import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LiveOutput } from '../../src/run/view/live-output.js';
import { processes } from '../../src/this-process.js';
import { query } from '../run/view/some-output.js';
import { portNobodyListensOn } from '../support/free-port.js';
import { startHere } from '../support/run-batchai.js';
import { until } from '../support/until.js';
import { enrichedCsv, idOf, rowsCsv, workbench } from './workbench.js';

/** `batchai view`, and the address that it printed. */
async function startView(folder: string, ...args: string[]) {
  const port = await portNobodyListensOn();
  const view = startHere(['view', ...args, '--port', String(port)], { cwd: folder });
  onTestFinished(async () => {
    view.signal('SIGINT');
    await view.finished;
  });
  await until(() => view.stdout().includes('\n'));
  return { view, port, url: view.stdout().trim() };
}

async function json(url: string) {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

describe('batchai view', () => {
  it('serves the rows to who has the printed address, and ends with 0 on Ctrl-C', async () => {
    const bench = await workbench();
    await bench.write('out.csv', enrichedCsv(120));

    const { view, port, url } = await startView(bench.folder, 'out.csv');

    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(await page.text()).toMatch(/^<!doctype html>/);
    const rows = await json(`${url}rows?from=100&count=2`);
    expect(rows.body).toMatchObject({
      total: 120,
      rows: [
        { at: 101, values: [`described ${idOf(101)}`, idOf(101), expect.any(String), expect.any(String)] },
        {},
      ],
    });
    const whole = await json(`${url}row?at=7`);
    expect(whole.body).toMatchObject({
      fields: expect.arrayContaining([{ name: 'id', kind: 'input', text: idOf(7), length: 5 }]),
    });
    for (const path of ['row?at=121', 'row?at=x', 'row?at=-1'])
      expect((await json(url + path)).status).toBe(404);
    expect((await json(`${url}rows?query={"state":"odd"}`)).status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${port}/rows`)).status).toBe(404);
    expect(await statusFor(url, 'evil.example')).toBe(403);
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/[\\w-]{24}/$`));
    view.signal('SIGINT');
    expect((await view.finished).code).toBe(0);
  });

  it('makes one page with all rows in it, from which nothing can break out, and replaces no other file', async () => {
    const bench = await workbench();
    const evil = '</script><script>alert(1)</script>';
    await bench.write('out.csv', `id,ai_output\n1,${evil}\n`);
    await bench.write('mine.html', '<p>mine</p>');

    const made = await bench.batchai(['view', 'out.csv', '-o', 'rows.html']);
    const again = await bench.batchai(['view', 'out.csv', '-o', 'rows.html', '-q']);
    const refused = await bench.batchai(['view', 'out.csv', '-o', 'mine.html']);

    expect(made).toMatchObject({ code: 0, stdout: '', stderr: 'batchai: view: rows.html\n' });
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const page = await bench.read('rows.html');
    expect(page).not.toContain(evil);
    const [, held = ''] = /<script type="application\/json" id="held">(.*)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(held).rows[0].fields[0].text).toBe(evil);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/mine\.html exists already and is no page of rows/);
    expect(await readFile(bench.path('mine.html'), 'utf8')).toBe('<p>mine</p>');
  });

  it('refuses a page of more than 10,000 rows, an output that is nowhere, and a port that is none', async () => {
    const bench = await workbench();
    await bench.write('out.csv', enrichedCsv(10_001));

    const large = await bench.batchai(['view', 'out.csv', '-o', 'rows.html']);
    const nowhere = await bench.batchai(['view', 'other.csv']);
    const port = await bench.batchai(['view', 'out.csv', '--port', 'http']);

    expect(large).toMatchObject({ code: 2 });
    expect(large.stderr).toMatch(/out\.csv has more than 10,000 rows, too many for one page; leave -o out/);
    expect(nowhere.stderr).toMatch(/there are no rows of other\.csv: neither the file nor a run/);
    expect(port.stderr).toMatch(/--port: wanted a port such as 8080, got "http"/);
    expect(await bench.list()).toEqual(['out.csv']);
  });
});

describe('the rows of a run', () => {
  it('appear as they are committed, stay when it ends, and are others after a retry', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isMended = false;
    const bench = await workbench({
      keyColumn: 'id',
      heldBack: ({ inputs }) => (inputs.id === idOf(31) ? held : undefined),
      behave: ({ inputs }) =>
        inputs.id === idOf(3) && !isMended ? { kind: 'status', status: 422 } : undefined,
    });
    await bench.write('rows.csv', rowsCsv(40));
    const live = new LiveOutput({ output: bench.path('out.csv') }, { processes, patienceMs: 50 });
    onTestFinished(() => live.close());
    const all = (asked = {}) => live.page('reader', query(asked), 0, 50);

    const run = bench.startHere(['rows.csv', '-o', 'out.csv', '-b', '10']);
    await until(async () => (await live.facts()).rows > 0);
    const before = await live.facts();
    const failed = await all({ state: 'failed' });
    letGo();
    await run.finished;
    await until(async () => (await live.facts()).rows === 40);
    const after = await live.facts();
    const found = await all({ words: idOf(40) });
    isMended = true;
    await bench.batchai(['retry', 'out.csv']);
    await until(async () => (await live.facts()).failures.length === 0);
    await until(async () => (await live.facts()).rows === 40);

    expect(before).toMatchObject({ state: 'running', isLive: true, failures: [{ count: 1 }] });
    expect(failed.rows).toMatchObject([{ row: 3, failure: { message: expect.stringContaining('422') } }]);
    expect(after).toMatchObject({ state: 'finished with failures', isLive: false });
    expect(after.generation).toBe(before.generation);
    expect(found.rows).toMatchObject([{ row: 40 }]);
    expect((await all()).rows[2]).toMatchObject({ row: 3, state: 'answered' });
    expect((await live.facts()).generation).toBeGreaterThan(after.generation);
  });

  it('are read anew where somebody writes into the finished output', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(300));
    await bench.run(['rows.csv', '-o', 'out.csv']);
    const live = new LiveOutput({ output: bench.path('out.csv') }, { processes, patienceMs: 50 });
    onTestFinished(() => live.close());
    await until(async () => (await live.facts()).rows === 300);

    await bench.write('out.csv', 'id,ai_output\n1,one\n2,two\n');

    await until(async () => (await live.facts()).rows === 2);
    expect((await live.page('reader', query({}), 0, 50)).rows).toMatchObject([{ at: 1 }, { at: 2 }]);
  });
});

/** Asks under another name, as a browser does for a page whose name was made to point here. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host } }, (response) => {
      void text(response);
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}
