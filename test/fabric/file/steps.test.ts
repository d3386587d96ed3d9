import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChainDefinition } from '../../../src/fabric/definition.js';
import { chainHash } from '../../../src/fabric/definition-hash.js';
import { FabricFileError } from '../../../src/fabric/file/fabric-file-error.js';
import { readFabric } from '../../../src/fabric/file/read-fabric-file.js';
import { fabricFolder } from './fabric-folder.js';

const CHAIN = `provider: openai
model: small
limits: { requests: 500 }
price: { input: 1, output: 2 }
steps:
  - name: topic
    prompt: "Which topic? {{ review }}"
    output: { topic: [delivery, other], urgent: boolean }
  - name: title
    when: steps.topic.urgent == true
    prompt: |
      A title
      for {{ review }} about {{ steps.topic.topic }}
  - name: mood
    fabric: local:sentiment
    inputs: [text=review]
`;

async function chain(yaml: string, others: Record<string, string> = {}): Promise<ChainDefinition> {
  const found = await readFabric(join(await fabricFolder(yaml, others), 'x.yaml'));
  if (!('steps' in found)) throw new Error('wanted steps');
  return found;
}

/** The lines that a file is refused with, without its folder. */
async function refused(yaml: string, others: Record<string, string> = {}): Promise<string[]> {
  const folder = await fabricFolder(yaml, others);
  try {
    await readFabric(join(folder, 'x.yaml'));
  } catch (error) {
    if (error instanceof FabricFileError) return error.message.replaceAll(`${folder}/`, '').split('\n');
    throw error;
  }
  throw new Error('it was taken');
}

const step = (yaml: string) => `${CHAIN}  - ${yaml.trim().replaceAll('\n', '\n    ')}\n`;

describe('a fabric file with steps', () => {
  it('has fabrics with what the file states for all, and knows which answers each needs', async () => {
    const { name, steps } = await chain(CHAIN);

    expect(name).toBe('x');
    expect(steps.map(({ name, line, needs, promptNeeds }) => ({ name, line, needs, promptNeeds }))).toEqual([
      { name: 'topic', line: 6, needs: [], promptNeeds: [] },
      { name: 'title', line: 9, needs: ['topic'], promptNeeds: ['topic'] },
      { name: 'mood', line: 14, needs: [], promptNeeds: [] },
    ]);
    expect(steps[0]?.fabric).toMatchObject({
      kind: 'inline',
      definition: {
        name: 'topic',
        model: 'small',
        limits: { requests: '500' },
        price: { tokens: { input: 1 } },
      },
    });
    expect(steps[2]).toMatchObject({
      fabric: { kind: 'named', text: 'local:sentiment' },
      inputs: [{ input: 'text', from: { column: 'review' } }],
    });
  });

  it('leaves out limits and price of the file where a step has a model of its own, and all where a provider', async () => {
    const { steps } = await chain(`${CHAIN}  - name: large
    model: large
    prompt: "{{ review }}"
  - name: claude
    provider: anthropic
    model: claude
    parameters: { max_tokens: 9 }
    prompt: "{{ review }}"
`);

    expect(steps[3]?.fabric).toMatchObject({
      definition: { model: 'large', provider: 'openai', limits: {} },
    });
    expect(steps[3]?.fabric).not.toHaveProperty('definition.price');
    expect(steps[4]?.fabric).toMatchObject({ definition: { provider: 'anthropic', limits: {} } });
  });

  it('takes answers as inputs beside files that the row names', async () => {
    const { steps } = await chain(
      step('name: look\nattachments: p\nprompt: "{{ t }}"\ninputs: [p=photo, t=steps.title]'),
    );

    expect(steps[3]).toMatchObject({
      needs: ['title'],
      inputs: [
        { input: 'p', from: { column: 'photo' } },
        { input: 't', from: { step: 'title' } },
      ],
    });
  });

  it('takes answers as inputs, and fabrics from files beside it', async () => {
    const { steps } = await chain(
      step('name: reply\nfabric: reply.yaml\ninputs: [review, t=steps.topic.topic, all=steps.topic]'),
      { 'reply.yaml': 'provider: openai\nmodel: small\nprompt: "{{ review }} {{ t }} {{ steps.title }}"\n' },
    );

    expect(steps[3]).toMatchObject({
      needs: ['topic', 'title'],
      promptNeeds: ['title'],
      inputs: [
        { input: 'review', from: { column: 'review' } },
        { input: 't', from: { step: 'topic', property: 'topic' } },
        { input: 'all', from: { step: 'topic' } },
      ],
      fabric: { kind: 'file', definition: { name: 'reply' } },
    });
  });

  it('has another hash where a step is asked otherwise, and the same where only limits change', async () => {
    const hash = async (yaml: string) => chainHash(await chain(yaml));
    const own = await hash(CHAIN);

    expect(await hash(CHAIN.replace('500', '600'))).toBe(own);
    for (const [from, to] of [
      ['urgent == true', 'urgent == false'],
      ['Which topic?', 'What topic?'],
      ['local:sentiment', 'local:summary'],
      ['text=review', 'text=title'],
      ['name: mood', 'name: tone'],
    ] as const)
      expect(await hash(CHAIN.replace(from, to)), to).not.toBe(own);
  });

  it.each([
    [
      'a step that is not there',
      step('name: end\nprompt: "{{ steps.topik.topic }}"'),
      'x.yaml:18: steps[3].prompt: there is no step "topik", perhaps "topic"; before it there are topic, title, mood',
    ],
    [
      'a line of a text',
      CHAIN.replace('steps.topic.topic', 'steps.topc.topic'),
      'x.yaml:13: steps[1].prompt: there is no step "topc", perhaps "topic"; before it there are topic',
    ],
    [
      'a later step',
      CHAIN.replace('Which topic?', '{{ steps.title }}'),
      'x.yaml:7: steps[0].prompt: the step "title" comes later; there is none before it',
    ],
    [
      'itself',
      step('name: end\nwhen: steps.end == "x"\nprompt: x'),
      'x.yaml:18: steps[3].when: steps.end is the answer of this very step; before it there are topic, title, mood',
    ],
    [
      'a part that no answer has',
      step('name: end\nwhen: steps.topic.urgnt == true\nprompt: x'),
      'x.yaml:18: steps[3].when: the answers of "topic" have no "urgnt", perhaps "urgent"; they have topic, urgent',
    ],
    [
      'a part of a text',
      step('name: end\nfabric: local:summary\ninputs: [text=steps.title.text]'),
      'x.yaml:19: steps[3].inputs[0]: the step "title" answers with text, which has no "text"',
    ],
    [
      'a file that an answer names',
      step('name: look\nattachments: [photo, t]\nprompt: x\ninputs: [photo, t=steps.title]'),
      'x.yaml:20: steps[3].inputs[1]: the step "look" is sent the files that "t" names, and files are named by columns of the row, never by an answer',
    ],
    [
      'a file that a part of an answer names, for a fabric beside it',
      step('name: look\nfabric: look.yaml\ninputs: [review, steps.topic.topic]'),
      'x.yaml:19: steps[3].inputs[1]: the step "look" is sent the files that "topic" names, and files are named by columns of the row, never by an answer',
    ],
    [
      'a name twice',
      step('name: title\nprompt: x'),
      'x.yaml:17: steps[3].name: there is a step "title" already, on line 9',
    ],
    [
      'a name with a space',
      step('name: the end\nprompt: x'),
      'x.yaml:17: steps[3].name: wanted a step\'s name such as topic: letters, digits, - and _, got "the end"',
    ],
    [
      'an expression that cannot be read',
      step('name: end\nwhen: steps.topic.topic = 3\nprompt: x'),
      'x.yaml:18: steps[3].when: wanted an expression such as steps.topic.urgent == true: "= 3" cannot be read (equal is ==)',
    ],
    [
      'a field that is not there',
      step('name: end\nwen: x\nprompt: x'),
      'x.yaml:18: steps[3].wen: there is no such field, perhaps "when"',
    ],
    [
      'tiers of a step',
      step('name: end\nprompt: x\ntiers: [large.yaml]'),
      'x.yaml:19: steps[3].tiers: there is no such field: tiers are for one fabric without steps, and are named with --tier',
    ],
    [
      'no prompt',
      step('name: end\nwhen: stars > 1'),
      'x.yaml:17: steps[3].prompt: wanted the text that is sent for a row, got nothing',
    ],
    [
      'a fabric and fields of one',
      step('name: end\nfabric: local:summary\nmodel: small'),
      'x.yaml:19: steps[3].model: it has no place beside fabric: it stands in local:summary',
    ],
    [
      'a prompt of the whole file',
      `prompt: x\n${CHAIN}`,
      'x.yaml:1: prompt: there is no such field; there are',
    ],
    [
      'no step',
      'provider: openai\nmodel: x\nsteps: []\n',
      'x.yaml:3: steps: wanted a list of steps, each with a name, got a list',
    ],
    ['a file that is not there', step('name: end\nfabric: end.yaml'), 'end.yaml: there is no such file'],
    [
      'steps in a step',
      step('name: end\nfabric: more.yaml'),
      'more.yaml:3: steps: a fabric with steps has no place here: wanted one fabric',
    ],
  ])('refuses %s, with its line', async (_, yaml, message) => {
    const lines = await refused(yaml, {
      'more.yaml': CHAIN.replace(/limits.*\nprice.*\n/, ''),
      'look.yaml': 'provider: openai\nmodel: small\nattachments: topic\nprompt: "{{ review }}"\n',
    });

    expect(lines[0]).toContain(message);
    expect(lines).toHaveLength(1);
  });

  it('keeps the digits of a parameter of a step', async () => {
    const { steps } = await chain(step('name: end\nprompt: x\nparameters: { seed: 12345678901234567890 }'));

    expect(
      String(
        steps[3]?.fabric.kind === 'inline' &&
          'parameters' in steps[3].fabric.definition &&
          steps[3].fabric.definition.parameters.seed,
      ),
    ).toBe('12345678901234567890');
  });
});
