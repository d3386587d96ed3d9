import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { outputSchema } from '../../src/fabric/file/short-output.js';
import type { FakeModelServer } from '../support/fake-model-server.js';
import { FIXTURES, modelBench } from './model-bench.js';
import { parseCsv, parseJsonl } from './workbench.js';

interface Example {
  readonly fabric: string;
  readonly input: string;
  /** What the fake service answers each row with. */
  readonly answer: string | Record<string, unknown>;
  /** What of the answer stands behind each row's own text, and behind the header's. */
  readonly cells: string;
  readonly header: string;
  /** What the first row's request says besides its texts. */
  readonly says: Record<string, unknown>;
  readonly system: string;
  readonly prompt: string;
}

const CSV: readonly Example[] = [
  {
    fabric: 'product-description',
    input: 'products.csv',
    answer: 'A pan, heavy and "honest".',
    cells: ',"A pan, heavy and ""honest""."',
    header: ',ai_output',
    says: { model: 'gpt-6-luna', reasoning_effort: 'none', temperature: 0.6, max_completion_tokens: 250 },
    // Of the file that it includes.
    system: 'no superlatives, no exclamation marks',
    prompt: 'Product: Cast-iron skillet 26 cm\nCategory: Kitchen\nNotes of the stock desk',
  },
  {
    fabric: 'review-facts',
    input: 'reviews.csv',
    answer: {
      summary: 'Good towels, thin seams',
      praised: ['soft', 'dry well'],
      criticised: [],
      defect: null,
      months_used: 6.5,
      wants_reply: false,
    },
    cells:
      ',"{""summary"":""Good towels, thin seams"",""praised"":[""soft"",""dry well""],""criticised"":[],""defect"":null,""months_used"":6.5,""wants_reply"":false}","Good towels, thin seams","[""soft"",""dry well""]",[],,6.5,false',
    header: ',ai_output,ai_summary,ai_praised,ai_criticised,ai_defect,ai_months_used,ai_wants_reply',
    says: { model: 'claude-haiku-5-5', max_tokens: 2_000 },
    system: 'You read reviews of products',
    prompt: '<review stars="5 of 5">\n<title>Love them</title>\nAbsolutely wonderful towels.',
  },
  {
    fabric: 'translation',
    input: 'cities.tsv',
    answer: 'Lisboa: elétricos amarelos.',
    cells: '\tLisboa: elétricos amarelos.',
    header: '\tai_output',
    says: { model: 'claude-sonnet-5-5', output_config: { effort: 'low' }, max_tokens: 2_000 },
    system: 'You are a translator',
    prompt: 'The people there call their city Lisboa: so does your translation.',
  },
  {
    fabric: 'moderation-score',
    input: 'reviews.csv',
    answer: { reason: 'An opinion', score: 0.1 },
    cells: ',"{""reason"":""An opinion"",""score"":0.1}",An opinion,0.1',
    header: ',ai_output,ai_reason,ai_score',
    says: { model: 'gpt-6-luna', reasoning_effort: 'none', temperature: 0, max_completion_tokens: 150 },
    system: 'You check reviews for a web shop',
    prompt: 'Title: Love them\nReview: Absolutely wonderful towels.',
  },
];

const TICKETS: Example = {
  fabric: 'ticket-class',
  input: 'tickets.jsonl',
  answer: { topic: 'delivery', urgency: 'normal', language: 'en' },
  cells:
    ',"ai_output":{"topic":"delivery","urgency":"normal","language":"en"},"ai_topic":"delivery","ai_urgency":"normal","ai_language":"en"',
  header: '',
  says: { model: 'gpt-6-luna', reasoning_effort: 'none', temperature: 0, max_completion_tokens: 120 },
  system: 'You sort the tickets',
  prompt: "Channel: email\nSubject: Parcel shows as delivered but isn't here\nTags: delivery, missing\n",
};

describe('a fabric file among the fixtures answers every row of the file that it is for', () => {
  it.each(CSV)('$fabric: $input', async (example) => {
    const { server, result, output } = await runExample(example);

    const own = await readFile(join(FIXTURES, example.input), 'utf8');
    const rows = parseCsv(own, example.input.endsWith('.tsv') ? '\t' : ',');
    expect(result.stderr).toContain(`${rows.length} rows = ${rows.length} answered + 0 failed`);
    expect(result.code).toBe(0);
    // Without what was added to it, the output is the input, byte for byte.
    expect(output.split(`${example.cells}\n`)).toHaveLength(rows.length + 1);
    expect(output.replace(`${example.header}\n`, '\n').replaceAll(`${example.cells}\n`, '\n')).toBe(own);
    expect(server.requests).toHaveLength(rows.length);
    await expectFirstRequest(server, example);
  });

  it('ticket-class: tickets.jsonl', async () => {
    const { server, result, output } = await runExample(TICKETS);

    const own = await readFile(join(FIXTURES, TICKETS.input), 'utf8');
    const lines = own.trimEnd().split('\n');
    expect(result.code).toBe(0);
    expect(output).toBe(lines.map((line) => `${line.slice(0, -1)}${TICKETS.cells}}\n`).join(''));
    expect(parseJsonl(output)[0]).toMatchObject({ ai_output: TICKETS.answer, ai_topic: 'delivery' });
    expect(server.requests).toHaveLength(lines.length);
    await expectFirstRequest(server, TICKETS);
  });
});

async function runExample({ fabric, input, answer }: Example) {
  // So little that the files' own limits of tokens hold nobody up.
  const bench = await modelBench({ answer: () => answer, usage: () => ({ input: 9, output: 3 }) });
  const output = `out.${input.split('.')[1]}`;
  const columns = typeof answer === 'string' ? [] : ['--columns'];
  const result = await bench.run([
    ...[join(FIXTURES, input), '--fabric', join(FIXTURES, 'fabrics', `${fabric}.yaml`)],
    ...['-o', output, '-c', '1', ...columns],
  ]);
  return { server: bench.server, result, output: await bench.read(output) };
}

/** That the service understood it, the fake one has seen to already: it refuses what the real one would. */
async function expectFirstRequest(
  { requests, refusals }: FakeModelServer,
  { fabric, says, system, prompt }: Example,
): Promise<void> {
  const [first] = requests;
  const file = parseYaml(await readFile(join(FIXTURES, 'fabrics', `${fabric}.yaml`), 'utf8'));
  expect(refusals).toEqual([]);
  expect(first?.service).toBe(file.provider);
  expect(first?.body).toMatchObject(says);
  expect(first?.system).toContain(system);
  expect(first?.prompt).toContain(prompt);
  expect([first?.form, first?.schema]).toEqual(
    file.output === undefined ? ['text', undefined] : ['json-schema', outputSchema(file.output)],
  );
}
