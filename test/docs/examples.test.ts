import { describe, expect, it } from 'vitest';
import {
  type Block,
  blocksOf,
  DOCUMENTS,
  documentOf,
  examplesOf,
  sectionOf,
  sectionsOf,
} from '../support/documents.js';
import { fakeFabricForTest } from '../support/fake-fabric-for-test.js';
import { fakeModelForTest } from '../support/fake-model-for-test.js';
import { installedCheckout } from '../support/installed-checkout.js';

/** The key in the examples. */
const EXAMPLE_KEY = 'your-key';
const PRODUCTS = 120;
const INSTALL = 'npm ci';
const TEST = 'npm test';

describe('the quick start', () => {
  it('has two blocks: the main job and the tests', () => {
    const blocks = blocksOf(sectionOf('README', 'Quick start'));

    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh']);
    expect(blocks[0]?.lines[0]).toBe(INSTALL);
    expect(blocks[1]?.lines).toEqual([INSTALL, TEST]);
  });

  it('runs as written, a second time too, and shows the top of the result', async () => {
    const checkout = await installedCheckout();
    const [block] = blocksOf(sectionOf('README', 'Quick start'));

    const runs = [await checkout.run(scriptOf([block])), await checkout.run(scriptOf([block]))];

    for (const { code, stdout } of runs) {
      const [header, first, second] = stdout.split('\n');
      expect(code).toBe(0);
      expect(header).toBe('id,product_sku,stars,title,review,ai_output');
      expect(first).toContain('"{""label"":""positive"",""score"":0.6}"');
      expect(second).toContain('""label""');
    }
    expect(sectionOf('README', 'Quick start')).toContain('`{"label":"positive","score":0.6}`');
  });
});

describe('the shell examples run as written', () => {
  it('and none is left out', () => {
    const withExamples = [...DOCUMENTS].filter(([, text]) => examplesOf(text).length > 0);

    expect(withExamples.map(([path]) => path)).toEqual([
      'README.md',
      'docs/attachments.md',
      'docs/cost.md',
      'docs/fabric-files.md',
      'docs/formats.md',
      'docs/getting-started.md',
      'docs/many-machines.md',
      'docs/report.md',
      'docs/resume-and-retry.md',
      'docs/view.md',
      'docs/watching.md',
    ]);
    const ofReadme = [...sectionsOf(documentOf('README'))].filter(([, text]) => examplesOf(text).length > 0);
    expect(ofReadme.map(([heading]) => heading)).toEqual([
      'Quick start',
      'Install',
      'Your own CSV in five lines',
      'Any model in five lines',
      'A fabric at Promptha',
    ]);
  });

  it("README: a file of one's own in five lines", async () => {
    const service = await fakeModelForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await checkoutOfOnesOwn();
    const [fabric] = yamlOf('Your own CSV in five lines');
    await checkout.write('describe.yaml', `${fabric}baseUrl: ${service.url}\n`);
    const examples = examplesOf(sectionOf('README', 'Your own CSV in five lines'));

    const [key = '', ...lines] = scriptOf(examples).split('\n');
    const outputs: string[] = [];
    for (const line of lines) {
      const { code, stdout } = await checkout.run(`${key}\n${line}`);
      expect(code, line).toBe(0);
      outputs.push(stdout);
    }

    expect(lines).toHaveLength(5);
    expect(outputs[0]?.match(/^── row \d+ /gm)).toHaveLength(3);
    expect(outputs[1]).toMatch(/sample +20 rows, 20 calls; /);
    const rows = (await checkout.read('described.csv')).trimEnd();
    expect(rows).toContain('described ');
    expect(rows.split('\n')[0]).toBe('sku,name,category,price,description,notes,ai_output');
    expect(await checkout.read('described.csv.report.html')).toContain('described.csv');
    // Three, twenty, and each of the rows once, the first hundred not again.
    const { succeeded } = JSON.parse((await checkout.run('batchai status described.csv --json')).stdout);
    expect(service.requests).toHaveLength(3 + 20 + succeeded);
    expect(succeeded).toBe(PRODUCTS);
  });

  it('README: any model, checked', async () => {
    const checkout = await checkoutOfOnesOwn();
    const heading = 'Any model in five lines';
    const [fabric = ''] = yamlOf(heading);
    await checkout.write('shelf.yaml', fabric);

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(sectionOf('README', heading))));

    expect(fabric.trimEnd().split('\n')).toHaveLength(5);
    expect(code).toBe(0);
    expect(stdout).toMatch(/shelf\.yaml: .* answers with shelf$/m);
  });

  it('README: a fabric at Promptha, planned and not called', async () => {
    const service = await fakeFabricForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await checkoutOfOnesOwn({ PROMPTHA_BASE_URL: service.url });

    const { code, stderr } = await checkout.run(
      scriptOf(examplesOf(sectionOf('README', 'A fabric at Promptha'))),
    );

    expect(code).toBe(0);
    expect(stderr).toContain('sends       name, category, text=description');
    expect(service.requests).toEqual([]);
  });

  it('getting started: without a key', async () => {
    const checkout = await installedCheckout();

    const { code, stdout } = await checkout.run(
      scriptOf(examplesOf(sectionOf('getting-started', 'Without a key'))),
    );

    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe('id,product_sku,stars,title,review,ai_output');
  });

  it('getting started: a plan at Promptha, ten rows, the rest, and no row is called twice', async () => {
    const service = await fakeFabricForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await installedCheckout({ PROMPTHA_BASE_URL: service.url });

    const { code, stderr } = await checkout.run(
      scriptOf(examplesOf(sectionOf('getting-started', 'On Promptha, with a key'))),
    );

    expect(stderr).toContain('sends       name, category, text=description');
    expect(code).toBe(0);
    const rows = new Set(service.requests.map(({ idempotencyKey }) => idempotencyKey));
    expect(rows.size).toBeGreaterThan(100);
    expect(service.requests).toHaveLength(rows.size);
    expect(Object.keys(service.requests[0]?.inputs ?? {})).toEqual(['name', 'category', 'text']);
  });

  it('resume: killed, gone on with, and grown', async () => {
    const checkout = await installedCheckout();

    const { code, stdout } = await checkout.run(
      scriptOf(examplesOf(sectionOf('resume-and-retry', 'Resume'))),
    );

    expect(code).toBe(0);
    expect(stdout).toBe(
      ['exit code 137', 'reviews.csv.checkpoint', 'reviews.csv', 'reviews.csv.checkpoint', ''].join('\n'),
    );
    // The same rows, killed in between or not, in one go or in two.
    expect(await checkout.readOut('judged.csv')).toBe(await checkout.readOut('reviews.csv'));
  });

  it('failed rows: the answers of a retry come to their places', async () => {
    const service = await fakeFabricForTest({
      apiKey: EXAMPLE_KEY,
      keyColumn: 'sku',
      behave: ({ inputs }, nthCall) =>
        inputs.category === 'Kitchen' && nthCall === 1 ? { kind: 'status', status: 422 } : undefined,
    });
    const checkout = await installedCheckout({
      PROMPTHA_BASE_URL: service.url,
      PROMPTHA_API_KEY: EXAMPLE_KEY,
    });

    const { code, stdout } = await checkout.run(
      scriptOf(examplesOf(sectionOf('resume-and-retry', 'Failed rows'))),
    );

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'exit code 3\n' });
    expect(await checkout.readOut('described.csv')).toContain('described 00101');
    await expect(checkout.readOut('described.csv.dead-letters.jsonl')).rejects.toThrow('ENOENT');
  });

  it('cost: counted without a call, shown, estimated, and kept in the cache', async () => {
    const service = await fakeModelForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await installedCheckout();
    const file = 'fixtures/fabrics/product-description.yaml';
    await checkout.write(
      file,
      `${await checkout.read(file)}\nbaseUrl: ${service.url}\nkeyEnv: OPENAI_API_KEY\n`,
    );

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(documentOf('cost'))));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^fixtures\/products\.csv with product-description: .*\n {2}rows +120\n/);
    const shown = stdout.match(/^── row \d+ /gm);
    expect(shown?.slice(0, 3)).toEqual(['── row 1 ', '── row 2 ', '── row 3 ']);
    // Those compared are spread over the file.
    expect(shown?.slice(3)).toHaveLength(3);
    expect(stdout).toMatch(/^same as local:sentiment +– +0 of 3$/m);
    expect(stdout).toMatch(/sample +20 rows, \d+ calls; /);
    // Where the sample chose one of the three rows, its answer was there.
    expect(stdout).toMatch(new RegExp(`: ${service.requests.length} answers, .*, from `));
  });

  it('fabric files: checked, shown, and run with columns of their own', async () => {
    const service = await fakeModelForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await installedCheckout();
    const file = 'fixtures/fabrics/ticket-class.yaml';
    const address = `baseUrl: ${service.url}\nkeyEnv: OPENAI_API_KEY\n`;
    await checkout.write(file, `${await checkout.read(file)}${address}`);
    const steps = 'fixtures/fabrics/ticket-steps.yaml';
    await checkout.write(steps, (await checkout.read(steps)).replace('provider:', `${address}provider:`));

    const { code, stdout, stderr } = await checkout.run(scriptOf(examplesOf(documentOf('fabric-files'))));

    expect(code).toBe(0);
    const [checked, line, ...shown] = stdout.split('\n');
    expect(checked).toMatch(/ticket-class\.yaml: ok: .* answers with topic, urgency, language$/);
    expect(line).toBe(`POST ${service.url}/chat/completions`);
    expect(shown).toContain('authorization: Bearer ***');
    expect(stderr).toContain('answers in "ai_output", and in "ai_topic", "ai_urgency", "ai_language"');
    // Of the rows with steps, the example of the schema is urgent in all.
    expect(service.requests).toHaveLength(5 + 2 * 5);
    expect(stdout).toContain('ticket-steps.yaml: ok: ticket-steps, 3 steps, uses subject, body\n');
    expect(stderr).toContain('answers in "ai_output", and in "ai_class", "ai_reply", "ai_mood"');
    const rows = shown.filter((text) => text.startsWith('{"id":')).map((text) => JSON.parse(text));
    expect(rows).toMatchObject([
      { id: 4101, ai_topic: 'delivery', ai_urgency: 'urgent' },
      { id: 4102, ai_output: { topic: 'delivery', urgency: 'urgent' } },
    ]);
  });

  it('files in rows: shown, run, and a missing one named', async () => {
    const service = await fakeModelForTest({
      apiKey: EXAMPLE_KEY,
      answer: ({ files }) => `${files.length} file of ${files[0]?.base64?.length} characters`,
    });
    const checkout = await installedCheckout();
    const file = 'fixtures/fabrics/picture-caption.yaml';
    await checkout.write(file, `${await checkout.read(file)}baseUrl: ${service.url}\n`);

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(documentOf('attachments'))));

    expect(code).toBe(0);
    expect(stdout).toContain('"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA… (132 characters of base64)"');
    expect(stdout).toContain('exit code 3\n');
    expect(stdout).toContain('"message":"apron.png: there is no such file"');
    expect(await checkout.readOut('captions.csv')).toContain('1 file of 132 characters');
  });

  it('formats: from standard input to standard output', async () => {
    const checkout = await installedCheckout();

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(documentOf('formats'))));

    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.ai_output).toMatch(/\w/);
  });

  it('cron: silent when all went well, else the exit code and the end of the log', async () => {
    const service = await fakeFabricForTest({
      apiKey: EXAMPLE_KEY,
      keyColumn: 'sku',
      behave: ({ inputs }, nthCall) => {
        if (inputs.sku === '3' && nthCall <= 3) return { kind: 'status', status: 500 };
        return undefined;
      },
    });
    const checkout = await installedCheckout({ PROMPTHA_BASE_URL: service.url });
    await checkout.write('products.csv', 'sku,name\n1,Pan\n2,Pot\n');
    await checkout.write('key.env', `export PROMPTHA_API_KEY=${EXAMPLE_KEY}\n`);
    const [enrich = '', retry = ''] = crontabCommands();

    const first = await checkout.run(enrich);
    await checkout.write('products.csv', 'sku,name\n1,Pan\n2,Pot\n3,Lid\n');
    const second = await checkout.run(enrich);
    const retried = await checkout.run(retry);

    const silent = { stdout: '', stderr: '' };
    expect(first).toMatchObject(silent);
    expect(second.stdout).toMatch(/^batchai run: exit code 3\n.*failed, server: 1 \(row 3\)/s);
    expect(retried).toMatchObject(silent);
    expect(await checkout.read('described.csv')).toContain('3,Lid,described 3');
  });
});

/** Blocks as one script, without the lines that install or test this very checkout. */
function scriptOf(blocks: readonly (Block | undefined)[]): string {
  const lines = blocks.flatMap((block) => block?.lines ?? []);
  return lines.filter((line) => line !== INSTALL && line !== TEST).join('\n');
}

/** What cron hands to the shell: a line without its five fields of time. */
function crontabCommands(): string[] {
  const lines =
    blocksOf(sectionOf('resume-and-retry', 'Cron')).find(({ language }) => language === 'crontab')?.lines ??
    [];
  const jobs = lines.filter((line) => /^\d/.test(line));
  // Cron takes a bare % for the end of the command.
  for (const job of jobs) expect(job).not.toContain('%');
  return jobs.map((job) => job.split(' ').slice(5).join(' '));
}

/** The fabric files that a section of the README shows. */
function yamlOf(heading: string): string[] {
  return blocksOf(sectionOf('README', heading))
    .filter(({ language }) => language === 'yaml')
    .map(({ lines }) => `${lines.join('\n')}\n`);
}

/** An installation, and a products.csv beside it. */
async function checkoutOfOnesOwn(env: Record<string, string> = {}) {
  const checkout = await installedCheckout(env);
  await checkout.write('products.csv', await checkout.read('fixtures/products.csv'));
  return checkout;
}
