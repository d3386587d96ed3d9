import { describe, expect, inject, it } from 'vitest';
import { workbench } from '../e2e/workbench.js';
import { type Reader, readBack, type Seen } from './read-back.js';

const python = inject('readersPython');

/** csvkit makes a CSV of JSONL, in which null is an empty cell and an object is spread over columns. */
const WITH_OBJECTS: readonly Reader[] = ['pandas', 'polars', 'duckdb', 'pyarrow', 'miller'];

const ROWS = ['{"id":"00123","text":"a"}', '{"id":"2","text":"b"}', '{"id":"3","text":"c"}'].join('\n');
const SECOND_FAILS = ({ inputs }: { inputs: Record<string, unknown> }) =>
  inputs.id === '2' ? ({ kind: 'status', status: 422 } as const) : undefined;

describe.skipIf(python === null)('an output in JSONL', () => {
  it.each(['out.jsonl', 'out.jsonl.gz'])(
    '%s: objects and failed rows make one column of objects',
    async (output) => {
      const bench = await workbench({ answer: () => ({ title: 'x\n"y"', score: 2 }), behave: SECOND_FAILS });
      await bench.write('in.jsonl', `${ROWS}\n`);

      await bench.run(['in.jsonl', '-o', output]);

      const seen = await readBack(python ?? '', bench.path(output), 'jsonl');
      for (const reader of WITH_OBJECTS) {
        const rows = rowsOf(seen.get(reader), reader);
        expect
          .soft(
            rows.map(({ id }) => id),
            reader,
          )
          .toEqual(['00123', '2', '3']);
        expect
          .soft(
            rows.map(({ ai_output }) => parsed(ai_output)),
            reader,
          )
          .toEqual([
            { title: 'x\n"y"', score: answerNumber(2, reader) },
            null,
            { title: 'x\n"y"', score: answerNumber(2, reader) },
          ]);
      }
      expect
        .soft(rowsOf(seen.get('csvkit'), 'csvkit').map((row) => row['ai_output/title']))
        .toEqual(['x\n"y"', '', 'x\n"y"']);
    },
  );

  it('numbers that are answers stay one column of numbers when rows fail', async () => {
    const bench = await workbench({
      behave: ({ inputs }) =>
        inputs.id === '2'
          ? { kind: 'status', status: 422 }
          : { kind: 'body', body: { output: { score: 4 } } },
    });
    await bench.write('in.jsonl', `${ROWS}\n`);

    await bench.run(['in.jsonl', '-o', 'out.jsonl', '--columns', 'score', '--meta-columns']);

    const seen = await readBack(python ?? '', bench.path('out.jsonl'), 'jsonl');
    for (const reader of WITH_OBJECTS) {
      const rows = rowsOf(seen.get(reader), reader);
      expect
        .soft(
          rows.map(({ ai_score }) => numberOf(ai_score)),
          reader,
        )
        .toEqual([4, null, 4]);
      expect
        .soft(
          rows.map(({ ai_latency_ms }) => numberOf(ai_latency_ms) === null),
          reader,
        )
        .toEqual([false, true, false]);
    }
  });

  it('a long number keeps its digits beside an answer', async () => {
    const bench = await workbench({ answer: () => 'fine' });
    await bench.write('in.jsonl', '{"id":9007199254740993}\n{"id":9007199254740992}\n{"id":1}\n');

    await bench.run(['in.jsonl', '-o', 'out.jsonl']);

    for (const [reader, seen] of await readBack(python ?? '', bench.path('out.jsonl'), 'jsonl')) {
      const rows = rowsOf(seen, reader);
      expect
        .soft(
          rows.map(({ id }) => id),
          reader,
        )
        .toEqual(['9007199254740993', '9007199254740992', '1']);
    }
  });

  it('texts come back as they were, whatever is in them', async () => {
    const texts = [
      '00123',
      'say "hi"',
      'a\r\nb\rc',
      'tab\t',
      '2026-11-29',
      '1.10',
      'null',
      'a\0b',
      'Zoë 漢字 😀',
    ];
    const bench = await workbench({ answer: ({ inputs }) => `${inputs.text}` });
    await bench.write('in.jsonl', texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));

    await bench.run(['in.jsonl', '-o', 'out.jsonl']);

    for (const [reader, seen] of await readBack(python ?? '', bench.path('out.jsonl'), 'jsonl')) {
      expect
        .soft(
          rowsOf(seen, reader).map(({ text, ai_output }) => [text, ai_output]),
          reader,
        )
        .toEqual(texts.map(asReadBy(reader)).map((text) => [text, text]));
    }
  });

  it('half a character in an answer leaves a file that all read alike', async () => {
    const bench = await workbench({ answer: () => 'a\ud800b' });
    await bench.write('in.jsonl', '{"id":"1"}\n');

    await bench.run(['in.jsonl', '-o', 'out.jsonl']);

    for (const [reader, seen] of await readBack(python ?? '', bench.path('out.jsonl'), 'jsonl')) {
      expect.soft(rowsOf(seen, reader), reader).toEqual([{ id: '1', ai_output: 'a\ufffdb' }]);
    }
  });

  it('a JSONL made of CSV has every cell as text', async () => {
    const bench = await workbench({ answer: () => 'fine' });
    await bench.write('in.csv', 'id,n\n00123,1.10\n9007199254740993,NA\n');

    await bench.run(['in.csv', '-o', 'out.jsonl']);

    for (const [reader, seen] of await readBack(python ?? '', bench.path('out.jsonl'), 'jsonl')) {
      expect.soft(rowsOf(seen, reader), reader).toEqual([
        { id: '00123', n: '1.10', ai_output: 'fine' },
        { id: '9007199254740993', n: 'NA', ai_output: 'fine' },
      ]);
    }
  });
});

/** csvkit writes LF for each CR. */
function asReadBy(reader: Reader): (text: string) => string {
  return reader === 'csvkit' ? (text) => text.replaceAll('\r', '\n') : (text) => text;
}

type Cells = Record<string, string | null>;

function rowsOf(seen: Seen | undefined, reader: Reader): Cells[] {
  if (seen === undefined) return [];
  if ('error' in seen) throw new Error(`${reader}: ${seen.error}`);
  return seen.rows.map((cells) =>
    Object.fromEntries(seen.columns.map((name, index) => [name, cells[index] ?? null])),
  );
}

function parsed(cell: string | null | undefined): unknown {
  return cell === null || cell === undefined ? null : JSON.parse(cell);
}

/** A column with nulls has no whole numbers for some readers. */
function numberOf(cell: string | null | undefined): number | null {
  return cell === null || cell === undefined ? null : Number(cell);
}

/** Miller is asked to leave numbers as they stand, and hands them on as text. */
function answerNumber(value: number, reader: Reader): number | string {
  return reader === 'miller' ? String(value) : value;
}
