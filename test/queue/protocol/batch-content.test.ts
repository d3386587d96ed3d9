import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchIdOf,
  formatResult,
  packRows,
  readResult,
  unpackRows,
} from '../../../src/queue/protocol/batch-content.js';
import { CallNotebook } from '../../../src/queue/protocol/call-notes.js';
import { isServiceNotice } from '../../../src/queue/protocol/notice-form.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { aRow, rowsFrom } from '../../batch/some-rows.js';

const inputs = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue() as fc.Arbitrary<JsonObject>, {
  maxKeys: 3,
  noNullPrototype: true,
});

describe('a batch in a job', () => {
  it('has the rows that went in, whatever their inputs', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 5 }), (objects) => {
        const rows = objects.map((object, index) => ({ number: index + 1, inputs: object }));

        const job = JSON.parse(JSON.stringify(packRows('b', rows)));

        expect(unpackRows(job)).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
    );
  });

  it('says the names of its columns once', () => {
    const rows = [1, 2, 3].map((number) => ({ number, inputs: { colour: 'red', size: `${number}` } }));

    const text = JSON.stringify(packRows('b', rows));

    expect(text.match(/colour/g)).toHaveLength(1);
    expect(unpackRows(packRows('b', rows))).toEqual(rows);
  });

  it('has what the files of its rows hold, where they name some', () => {
    const rows = [
      { number: 1, inputs: { photo: 'a.png' }, attached: ['9f86d0'] },
      { number: 2, inputs: { photo: '' } },
    ];

    expect(unpackRows(JSON.parse(JSON.stringify(packRows('b', rows))))).toEqual(rows);
    expect(packRows('b', rows.slice(1))).not.toHaveProperty('attached');
  });

  it('has an id that BullMQ takes, and another one when a row is mended', () => {
    const id = batchIdOf('run', rowsFrom(1, 3));

    expect(id).toMatch(/^run-1-[0-9a-f]+$/);
    expect(batchIdOf('run', rowsFrom(1, 3))).toBe(id);
    expect(batchIdOf('run', [...rowsFrom(1, 2), { ...aRow(3), text: 'mended' }])).not.toBe(id);
    expect(batchIdOf('run', [{ ...aRow(1), text: '1\n2' }])).not.toBe(batchIdOf('run', rowsFrom(1, 2)));
  });
});

it('a result comes back as it was, for its row', () => {
  const row = aRow(7);
  const failure = {
    kind: 'unprocessable' as const,
    status: 422,
    message: 'too short',
    attempts: 1,
    failedAt: 'now',
  };
  const results = [
    { status: 'answered' as const, row, answer: { a: ['ü', null] }, calls: 2, latencyMs: 12.345 },
    { status: 'failed' as const, row, failure, calls: 3 },
  ];

  for (const result of results)
    expect(readResult(formatResult(result), row)).toEqual({ result, notes: undefined });
});

it('a result takes along what is odd about answers: each thing once a worker, and no more than a line of it', () => {
  const row = aRow(7);
  const result = { status: 'answered' as const, row, answer: 'yes', calls: 1, latencyMs: 12 };
  const notebook = new CallNotebook();
  const lowered = (to: string) =>
    notebook.noticed({ kind: 'form-lowered', from: 'json-schema', to, why: 'w'.repeat(5_000) });
  const texts = ['json-object', 'json-object', 'prompt'].map((to) => {
    lowered(to);
    return formatResult(result, notebook.take());
  });

  const notices = texts.map((text) => readResult(text, row)?.notes?.notices);

  const why = 'w'.repeat(300);
  expect(notices).toEqual([
    [{ kind: 'form-lowered', from: 'json-schema', to: 'json-object', why }],
    undefined,
    [{ kind: 'form-lowered', from: 'json-schema', to: 'prompt', why }],
  ]);
});

it('a result with a notice that this version does not know is a result', () => {
  const row = aRow(7);
  const notes = { notices: [{ kind: 'of-a-later-version' }, 7] };

  const read = readResult(JSON.stringify({ answer: 'yes', calls: 1, ms: 12, notes }), row);

  expect(read?.result).toMatchObject({ answer: 'yes' });
  expect(notes.notices.filter(isServiceNotice)).toEqual([]);
});

it('a result takes along what happened on its worker, once', () => {
  const row = aRow(7);
  const result = { status: 'answered' as const, row, answer: 'yes', calls: 2, latencyMs: 12 };
  const notebook = new CallNotebook();
  notebook.retried('server', 7);
  notebook.retried('rate-limit', 9);
  notebook.waited('backoff', 1_200.4);
  notebook.waited('backoff', 300);

  const [first, second] = [1, 2].map(() => readResult(formatResult(result, notebook.take()), row));

  expect(first).toEqual({
    result,
    notes: {
      retried: [
        ['server', 7],
        ['rate-limit', 9],
      ],
      waited: { backoff: 1_500 },
    },
  });
  expect(second).toEqual({ result, notes: undefined });
});
