import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../support/fake-model-server.js';
import { idIn, KEYS, type ModelBench, modelBench } from './model-bench.js';
import { rowsCsv } from './workbench.js';

const ROWS = 60;

const STEPS = `provider: openai
model: small
price: { input: 1, output: 10 }
steps:
  - name: topic
    prompt: "{{ id }}\\nCount these words {{ name }}"
    output: { hard: boolean }
  - name: reply
    when: steps.topic.hard == true
    prompt: "{{ id }}\\nreply on {{ steps.topic.hard }}"
  - name: late
    when: id == 1
    prompt: "{{ id }}"
  - name: mood
    fabric: local:sentiment
    inputs: [text=name]
`;

function answer(request: ModelRequest): object | string {
  return request.prompt.includes('Count') ? { hard: Number(idIn(request)) % 3 === 0 } : 'an answer';
}

async function bench(): Promise<ModelBench> {
  const made = await modelBench({ answer, usage: () => ({ input: 100, output: 10 }) });
  await made.write('steps.yaml', STEPS);
  await made.write('rows.csv', rowsCsv(ROWS));
  return made;
}

describe('a fabric with steps, before its run', () => {
  it('is estimated by the prompts that are known, and by a sample of the others', async () => {
    const { batchai, server } = await bench();
    const estimate = ['estimate', 'rows.csv', '-f', 'steps.yaml', '--base-url', server.url];

    const counted = await batchai(estimate);
    const calls = server.requests.length;
    const sampled = await batchai([...estimate, '-r', 'none', '--sample', String(ROWS), '--json']);

    expect([counted.code, calls, sampled.code], sampled.stderr).toEqual([0, 0, 0]);
    expect(counted.stdout).toMatch(/topic: [\d,]+ tokens, \d+ each .*; \$/);
    expect(counted.stdout).toContain('reply: not counted, because its prompts contain answers');
    expect(counted.stdout).toMatch(/late: \d+ tokens \(.*\), where id == 1/);
    const { sample, forecast } = JSON.parse(sampled.stdout);
    expect(sample.steps).toMatchObject([
      { step: 'topic', asked: ROWS, share: { expected: 1 } },
      { step: 'reply', asked: ROWS / 3, answered: ROWS / 3 },
      { step: 'late', asked: 1 },
      { step: 'mood', asked: ROWS },
    ]);
    expect(sample.steps[1].share.expected).toBeCloseTo(1 / 3, 1);
    expect(forecast.cost).not.toBeNull();
  });

  it('is shown by its requests, with names in the place of answers', async () => {
    const { batchai } = await bench();

    const { code, stdout, stderr } = await batchai([
      ...['fabrics', 'show', 'steps.yaml', '--input', 'rows.csv', '--row', '2'],
    ]);

    expect(code, stderr).toBe(0);
    expect(stdout).toContain('── step topic\nPOST ');
    expect(stdout).toContain('── step reply, where steps.topic.hard == true\nPOST ');
    expect(stdout).toContain('reply on ‹topic.hard›');
    expect(stdout).toContain('── step late, not asked about this row: id == 1\n');
    expect(stdout).toContain('── step mood\non this machine, with\n');
  });

  it('is looked at by doctor, each model once', async () => {
    const { batchai } = await bench();

    const { code, stdout } = await batchai(['doctor', 'steps.yaml'], { env: KEYS });

    expect(code).toBe(0);
    expect(stdout.match(/ fabric .*/g)).toEqual([
      expect.stringContaining('steps.yaml, step topic: small (openai)'),
      expect.stringContaining('steps.yaml, step mood: on this machine'),
    ]);
    expect(stdout.match(/OPENAI_API_KEY is set/g)).toHaveLength(1);
  });
});
