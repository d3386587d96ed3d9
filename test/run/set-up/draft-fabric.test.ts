import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFabricFile } from '../../../src/fabric/file/read-fabric-file.js';
import { knownRefusals } from '../../../src/fabric/model/known-refusals.js';
import { compilePrompt } from '../../../src/fabric/prompt/compile-prompt.js';
import { type Draft, draftFabric } from '../../../src/run/set-up/draft-fabric.js';
import { promptLines } from '../../../src/run/set-up/prompt-lines.js';
import { STARTING_POINTS } from '../../../src/run/set-up/starting-points.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const [POINT] = STARTING_POINTS;
const NONE = { unusable: new Set<string>(), empty: new Set<string>() };

function draftOf(given: Partial<Draft> = {}): Draft {
  if (POINT === undefined) throw new Error('there is no starting point');
  return {
    point: POINT,
    model: POINT.model ?? 'model.gguf',
    input: 'rows.csv',
    columns: { names: ['id', 'review'], ...NONE },
    task: undefined,
    price: undefined,
    schema: 'fabric-file.schema.json',
    ...given,
  };
}

async function read(draft: Draft) {
  const path = join(await temporaryFolder(), 'rows.yaml');
  await writeFile(path, draftFabric(draft));
  return readFabricFile(path);
}

describe('a drafted fabric file', () => {
  it.each(STARTING_POINTS.map((point) => [point.name, point] as const))(
    'is right as it stands, for %s',
    async (_, point) => {
      const definition = await read(draftOf({ point, model: point.model ?? 'm.gguf' }));

      expect(definition).toMatchObject({ provider: point.provider, name: 'rows' });
      if (definition.provider === 'openai' || definition.provider === 'anthropic')
        expect(knownRefusals(definition)).toEqual([]);
      if (definition.provider === 'promptha') return;
      expect(compilePrompt(definition).columns.map(({ name }) => name)).toEqual(['id', 'review']);
      expect(Object.keys(definition.output?.properties ?? {})).toEqual(['summary', 'topic']);
    },
  );

  it('shows where the address of another service with the API of OpenAI goes', () => {
    expect(draftFabric(draftOf({}))).toMatch(/^model: .*\n# baseUrl: https:.*\nkeyEnv: OPENAI_API_KEY/m);
  });

  it('sends of another model only what every model takes', async () => {
    const definition = await read(draftOf({ model: 'gpt-4.1-mini' }));

    expect(definition).toMatchObject({ model: 'gpt-4.1-mini', parameters: { max_completion_tokens: 1000 } });
    expect(definition).not.toHaveProperty('parameters.reasoning_effort');
  });

  it('takes any names of columns, models and files, and any task', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const odd = fc.constantFrom(
      'row',
      'true',
      'Product Name',
      '{{',
      '%}',
      '"',
      "'",
      '\\',
      ' a ',
      'a: b',
      '#',
      'größe',
      '-',
    );
    const name = fc.oneof(text, odd);

    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 5 }),
        name,
        name,
        name,
        async (names, model, task, input) => {
          const columns = { names, ...NONE };
          const definition = await read(draftOf({ columns, model: `m${model}`, task, input }));

          if (definition.provider !== 'openai') throw new Error('wanted a model');
          const prompt = compilePrompt(definition);
          expect(names).toEqual(expect.arrayContaining(prompt.columns.map((use) => use.name)));
          expect(prompt.columns).toHaveLength(promptLines(columns).lines.length);
          const rendered = prompt.render(
            Object.fromEntries(names.map((name, index) => [name, `<${index}>`])),
          );
          expect(rendered.system).toContain('Use only what the record says.');
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says which columns it does not send, and why', () => {
    const names = ['id', 'a"b', 'notes', 'column_4', 'Product Name'];

    const { lines, leftOut } = promptLines({
      names,
      unusable: new Set(['column_4']),
      empty: new Set(['notes']),
    });

    expect(lines).toEqual(['id: {{ id }}', 'Product Name: {{ row["Product Name"] }}']);
    expect(leftOut).toEqual([
      'empty in the first rows: notes',
      'their names need a template of your own: a"b, column_4',
    ]);
  });

  it('states a price that the list does not have as one to look up', () => {
    expect(draftFabric(draftOf())).toContain('does not have gpt-6-luna');
    expect(draftFabric(draftOf({ price: { unit: 'USD', tokens: { input: 3, output: 15 } } }))).toContain(
      '# price: { input: 3, output: 15 }',
    );
  });
});
