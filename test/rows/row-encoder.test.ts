import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Format, Layout } from '../../src/rows/format.js';
import type { JsonObject, JsonValue } from '../../src/rows/row.js';
import { rowEncoder, type Spread } from '../../src/rows/row-encoder.js';
import { runs } from '../support/runs.js';
import { readFile } from './memory-source.js';
import { csvText, randomCell, randomCells, randomJsonLine } from './random-rows.js';

interface Writing {
  readonly from?: Format;
  readonly to?: Format;
  readonly delimiter?: string;
  readonly toDelimiter?: string;
  /** Columns behind the answer's, and the values of each row for them. */
  readonly spreadColumns?: readonly string[];
  readonly spread?: readonly (Spread | undefined)[];
}

/** Reads a file and writes it again, its n-th row with the n-th answer. */
async function written(
  text: string,
  answers: readonly (JsonValue | undefined)[],
  { from = 'csv', to = from, delimiter, toDelimiter, spreadColumns = [], spread = [] }: Writing = {},
): Promise<string> {
  const { look, rows } = await readFile(text, {
    format: from,
    ...(delimiter === undefined ? {} : { delimiter }),
  });
  const usual = to === 'tsv' ? '\t' : ',';
  const layout: Layout = {
    format: to,
    delimiter: toDelimiter ?? (from === to ? look.layout.delimiter : usual),
    newline: look.layout.newline,
  };
  const encoder = rowEncoder({
    from: look.layout,
    to: layout,
    columns: look.columns,
    header: look.header,
    outputColumn: 'ai_output',
    spreadColumns,
  });
  const lines = rows.map((row, index) => encoder.encode(row, answers[index], spread[index]));
  return encoder.header + lines.join('');
}

describe('from CSV to CSV', () => {
  it('a row is written as it stood, its quotes included', async () => {
    const text = 'id,"name"\n007,"quoted for nothing"\n 1.0 ,"a ""b"", c"\n';

    expect(await written(text, ['x', 'y'])).toBe(
      'id,"name",ai_output\n007,"quoted for nothing",x\n 1.0 ,"a ""b"", c",y\n',
    );
  });

  it.each([
    ['plain', 'plain', 'plain'],
    ['quotes', 'a "b"', '"a ""b"""'],
    ['the delimiter', 'a,b', '"a,b"'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['a carriage return', 'a\rb', '"a\rb"'],
    ['spaces around it', ' a ', ' a '],
    ['another delimiter', 'a;b\tc', 'a;b\tc'],
    ['nothing', '', ''],
  ])('an answer with %s is written so that it reads the same', async (_what, answer, cell) => {
    expect(await written('a\n1\n', [answer])).toBe(`a,ai_output\n1,${cell}\n`);
  });

  it('an answer with the delimiter of this file is quoted', async () => {
    expect(await written('a;b\n1;2\n', ['x;y,z'], { delimiter: ';' })).toBe('a;b;ai_output\n1;2;"x;y,z"\n');
  });

  it.each<[JsonValue, string]>([
    [{ label: 'good', score: 0.5 }, '"{""label"":""good"",""score"":0.5}"'],
    [[1, 2], '"[1,2]"'],
    [17, '17'],
    [false, 'false'],
  ])('the answer %j is written as JSON', async (answer, cell) => {
    expect(await written('a\n1\n', [answer])).toBe(`a,ai_output\n1,${cell}\n`);
  });

  it('a failed row keeps its place with an empty cell', async () => {
    expect(await written('a,b\n1,2\n3,4\n', [undefined, 'x'])).toBe('a,b,ai_output\n1,2,\n3,4,x\n');
  });

  it.each(['\r\n', '\r'])('lines that end with %j still do', async (newline) => {
    expect(await written(`a${newline}1${newline}`, ['x'])).toBe(`a,ai_output${newline}1,x${newline}`);
  });

  it('the last line gets a line end', async () => {
    expect(await written('a\n1', ['x'])).toBe('a,ai_output\n1,x\n');
  });
});

describe('from JSONL to JSONL', () => {
  it('a row keeps its bytes and gets the answer behind its fields', async () => {
    const text =
      '{"n":12345678901234567890,"f":1.0}\r\n{ "s" : "\\u00e9" }\r\n{}\r\n{"o":{}}\r\n{"s":"{"}\r\n';

    expect(await written(text, ['x', { a: [1] }, 'y', undefined, 'z'], { from: 'jsonl' })).toBe(
      [
        '{"n":12345678901234567890,"f":1.0,"ai_output":"x"}',
        '{ "s" : "\\u00e9","ai_output":{"a":[1]}}',
        '{"ai_output":"y"}',
        '{"o":{},"ai_output":null}',
        '{"s":"{","ai_output":"z"}',
        '',
      ].join('\r\n'),
    );
  });

  it('random rows keep their bytes and their values', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(randomJsonLine, fc.jsonValue()), { maxLength: 10 }),
        async (rows) => {
          const lines = rows.map(([line]) => line);
          const answers = rows.map(([, answer]) => answer as JsonValue);

          const output = await written(`{}\n${lines.join('\n')}`, [undefined, ...answers], { from: 'jsonl' });

          const [first, ...rest] = output.trimEnd().split('\n');
          expect(first).toBe('{"ai_output":null}');
          expect(rest).toHaveLength(lines.length);
          for (const [index, line] of rest.entries()) {
            const given = lines[index]?.trim() ?? '';
            expect(line.startsWith(given.slice(0, -1).trimEnd())).toBe(true);
            const { ai_output, ...own } = JSON.parse(line) as JsonObject;
            expect(own).toEqual(JSON.parse(given));
            expect(ai_output).toEqual(JSON.parse(JSON.stringify(answers[index] ?? null)));
          }
        },
      ),
      { numRuns: runs(50) },
    );
  });
});

describe('to another format', () => {
  it('from CSV to JSONL every value stays the text it is, in the order of the header', async () => {
    expect(await written('id,2024,2023,"a ""b"""\n007,1.0,,x\n', [{ ok: true }], { to: 'jsonl' })).toBe(
      '{"id":"007","2024":"1.0","2023":"","a \\"b\\"":"x","ai_output":{"ok":true}}\n',
    );
  });

  it('from JSONL to CSV values become text, and what a row has not is empty', async () => {
    const text = '{"a":"x","b":1.5,"c":{"d":[null]}}\n{"b":null,"c":true}\n';

    expect(await written(text, ['y', undefined], { from: 'jsonl', to: 'csv' })).toBe(
      'a,b,c,ai_output\nx,1.5,"{""d"":[null]}",y\n,,true,\n',
    );
  });

  it('from JSONL to CSV a column named like a method of objects is empty where a row has it not', async () => {
    expect(await written('{"constructor":1}\n{}\n', ['x', 'y'], { from: 'jsonl', to: 'csv' })).toBe(
      'constructor,ai_output\n1,x\n,y\n',
    );
  });

  it('a failed row without columns still takes a line that a reader sees', async () => {
    const output = await written('{}\n{}\n', ['x', undefined], { from: 'jsonl', to: 'csv' });

    expect(parse(output)).toEqual([['ai_output'], ['x'], ['']]);
  });

  it('half of a character in an answer is U+FFFD in JSONL, and what only looks like its escape is as it was', async () => {
    const answers = ['a\ud800b\udc00', { '\ud83d': ['\\ud800', '\\\ud800', '\0', '😀', 'udon'] }];

    const text = await written('id\n1\n2\n', answers, {
      to: 'jsonl',
      spreadColumns: ['ai_first'],
      spread: [['\ud83d'], ['😀']],
    });

    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: '1', ai_output: 'a\ufffdb\ufffd', ai_first: '\ufffd' },
      {
        id: '2',
        ai_output: { '\ufffd': ['\\ud800', '\\\ufffd', '\0', '😀', 'udon'] },
        ai_first: '😀',
      },
    ]);
  });

  it('from TSV to CSV', async () => {
    expect(await written('a\tb\n1,5\t"x\ty"\n', ['z'], { from: 'tsv', to: 'csv' })).toBe(
      'a,b,ai_output\n"1,5",x\ty,z\n',
    );
  });
});

describe('an answer that is spread over columns', () => {
  const spreading = {
    spreadColumns: ['ai_title', 'ai_"tags"'],
    spread: [['a, "b"', ['x', { y: 1 }]], ['', false], [null, 1.5], [undefined, 'z'], undefined],
  };
  const answers = ['A', 'B', 'C', 'D', undefined];

  it.each([
    ['csv', 'csv'],
    ['csv', 'tsv'],
    ['tsv', 'tsv'],
    ['tsv', 'csv'],
    ['jsonl', 'csv'],
  ] as const)('has its cells behind that of the answer, lists as JSON: %s to %s', async (from, to) => {
    const text = from === 'jsonl' ? '{"id":1}\n'.repeat(5) : `id\n${'1\n'.repeat(5)}`;

    const output = await written(text, answers, { from, to, ...spreading });

    expect(parse(output, { delimiter: to === 'tsv' ? '\t' : ',' })).toEqual([
      ['id', 'ai_output', 'ai_title', 'ai_"tags"'],
      ['1', 'A', 'a, "b"', '["x",{"y":1}]'],
      ['1', 'B', '', 'false'],
      ['1', 'C', '', '1.5'],
      ['1', 'D', '', 'z'],
      ['1', '', '', ''],
    ]);
  });

  it('quotes only what has to be, behind a row as it stood', async () => {
    expect(await written('id,"n"\n1,"x"\n', ['A'], spreading)).toBe(
      'id,"n",ai_output,ai_title,"ai_""tags"""\n1,"x",A,"a, ""b""","[""x"",{""y"":1}]"\n',
    );
  });

  it.each(['csv', 'jsonl'] as const)('keeps its values in JSONL, null among them: from %s', async (from) => {
    const text = from === 'jsonl' ? '{"id":"1"}\n'.repeat(5) : `id\n${'1\n'.repeat(5)}`;

    const output = await written(text, answers, { from, to: 'jsonl', ...spreading });

    expect(output.split('\n')).toEqual([
      '{"id":"1","ai_output":"A","ai_title":"a, \\"b\\"","ai_\\"tags\\"":["x",{"y":1}]}',
      '{"id":"1","ai_output":"B","ai_title":"","ai_\\"tags\\"":false}',
      '{"id":"1","ai_output":"C","ai_title":null,"ai_\\"tags\\"":1.5}',
      '{"id":"1","ai_output":"D","ai_title":null,"ai_\\"tags\\"":"z"}',
      '{"id":"1","ai_output":null,"ai_title":null,"ai_\\"tags\\"":null}',
      '',
    ]);
  });

  it('stands behind a row without fields of its own', async () => {
    expect(await written('{}\n', [undefined], { from: 'jsonl', ...spreading, spread: [] })).toBe(
      '{"ai_output":null,"ai_title":null,"ai_\\"tags\\"":null}\n',
    );
  });
});

describe('every value comes back unchanged, whatever the cells and answers hold', () => {
  const table = (columns: number) =>
    fc.array(fc.tuple(randomCells(columns), randomCell), { minLength: 1, maxLength: 10 });
  const newline = fc.constantFrom('\n', '\r\n', '\r');

  /** Quotes only where it must, as most programs do. */
  const sparing = (rows: readonly (readonly string[])[], end: string, delimiter: string) =>
    rows
      .map(
        (cells) =>
          cells
            .map((cell) =>
              /["\r\n]/.test(cell) || cell.includes(delimiter) || cells.length === 1
                ? csvText([[cell]], '')
                : cell,
            )
            .join(delimiter) + end,
      )
      .join('');

  it.each([
    { from: 'csv', to: 'csv', delimiter: ',' },
    { from: 'csv', to: 'csv', delimiter: ';' },
    { from: 'tsv', to: 'tsv', delimiter: '\t' },
    { from: 'csv', to: 'tsv', delimiter: ',' },
    { from: 'tsv', to: 'csv', delimiter: '\t' },
  ] as const)('from $from to $to with $delimiter', async ({ from, to, delimiter }) => {
    for (const columns of [1, 3]) {
      const header = ['a', 'b', 'c'].slice(0, columns);
      await fc.assert(
        fc.asyncProperty(table(columns), newline, fc.boolean(), async (rows, end, quotesAll) => {
          const cells = [header, ...rows.map(([own]) => own)];
          const text = quotesAll ? csvText(cells, end, delimiter) : sparing(cells, end, delimiter);
          const answers = rows.map(([, answer]) => answer);

          const output = await written(text, answers, { from, to, delimiter });

          expect(parse(output, { delimiter: from === to ? delimiter : to === 'tsv' ? '\t' : ',' })).toEqual([
            [...header, 'ai_output'],
            ...rows.map(([own, answer]) => [...own, answer]),
          ]);
        }),
        { numRuns: runs(30) },
      );
    }
  });

  it('from CSV to JSONL', async () => {
    await fc.assert(
      fc.asyncProperty(table(3), newline, async (rows, end) => {
        const text = csvText([['a', 'b', 'c'], ...rows.map(([own]) => own)], end);

        const output = await written(
          text,
          rows.map(([, answer]) => answer),
          { to: 'jsonl' },
        );

        const lines = output.split(end === '\r' ? '\r' : /\r?\n/).filter((line) => line !== '');
        expect(lines.map((line) => JSON.parse(line))).toEqual(
          rows.map(([[a, b, c], ai_output]) => ({ a, b, c, ai_output })),
        );
      }),
      { numRuns: runs(30) },
    );
  });

  it('from JSONL to CSV', async () => {
    await fc.assert(
      fc.asyncProperty(table(2), async (rows) => {
        const text = rows.map(([[a, b]]) => `${JSON.stringify({ a, b })}\n`).join('');

        const output = await written(
          text,
          rows.map(([, answer]) => answer),
          { from: 'jsonl', to: 'csv' },
        );

        expect(parse(output)).toEqual([
          ['a', 'b', 'ai_output'],
          ...rows.map(([own, answer]) => [...own, answer]),
        ]);
      }),
      { numRuns: runs(30) },
    );
  });
});
