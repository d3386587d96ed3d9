import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { FakeFabricOptions, RecordedRequest } from '../support/fake-fabric-server.js';
import { type Workbench, workbench } from './workbench.js';

const NASTY = new URL('../../fixtures/nasty/', import.meta.url);

/** A workbench with a nasty file in it. */
async function benchWith(name: string, service: FakeFabricOptions = {}): Promise<Workbench> {
  const bench = await workbench({ answer: () => 'one; "two"', ...service });
  await bench.write(name, await readFile(fileURLToPath(new URL(name, NASTY))));
  return bench;
}

interface Case {
  readonly file: string;
  readonly options?: readonly string[];
  readonly inputs: readonly unknown[];
  readonly output: string;
  readonly says?: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'titles above the header, semicolons, short and blank rows': {
    file: 'titles-and-semicolons.csv',
    options: ['--skip-lines', '2', '--delimiter', ';', '--bad-rows', 'fill'],
    inputs: [
      { id: '1', name: 'Bolt; M4', price: '1,50' },
      { id: '2', name: 'Nut', price: '0,20' },
      { id: '3', name: 'Washer', price: '' },
    ],
    output:
      'id;name;price;ai_output\n1;"Bolt; M4";1,50;"one; ""two"""\n2;Nut;0,20;"one; ""two"""\n;;;\n3;Washer;;"one; ""two"""\n',
  },
  'a first line for Excel': {
    file: 'sep-line.csv',
    inputs: [
      { id: '1', name: 'Bolt' },
      { id: '2', name: 'Nut' },
    ],
    output: 'id;name;ai_output\r\n1;Bolt;"one; ""two"""\r\n2;Nut;"one; ""two"""\r\n',
    says: /2 columns, separated by semicolons, as its first line says/,
  },
  'tabs under .csv': {
    file: 'tabs.csv',
    inputs: [
      { id: '1', name: 'Bolt' },
      { id: '2', name: 'Nut' },
    ],
    output: 'id\tname\tai_output\n1\tBolt\t"one; ""two"""\n2\tNut\t"one; ""two"""\n',
    says: /separated by tabs, as its rows show/,
  },
  'line ends that Windows has translated twice': {
    file: 'crcrlf.csv',
    inputs: [
      { id: '1', name: 'Bolt' },
      { id: '2', name: 'Nut, M4' },
    ],
    output: 'id,name,ai_output\r\n1,Bolt,"one; ""two"""\r\n2,"Nut, M4","one; ""two"""\r\n',
  },
  'carriage returns alone': {
    file: 'carriage-returns.csv',
    inputs: [
      { id: '1', name: 'Bolt' },
      { id: '2', name: 'two\nlines' },
    ],
    output: 'id,name,ai_output\r1,Bolt,"one; ""two"""\r2,"two\nlines","one; ""two"""\r',
  },
  'names that stand twice, or are empty, where they are not sent': {
    file: 'odd-names.csv',
    options: ['--inputs', 'sku,when="Date, from"'],
    inputs: [
      { sku: '1', when: '2026-01-01' },
      { sku: '2', when: '2026-02-01' },
    ],
    output:
      'sku,"Date, from",,name,name,ai_output\n1,2026-01-01,x,Bolt,B,"one; ""two"""\n2,2026-02-01,,Nut,N,"one; ""two"""\n',
    says: /sends +sku, when="Date, from"/,
  },
  'a TSV without quotes': {
    file: 'escaped.tsv',
    options: ['--quote', 'none'],
    inputs: [
      { id: '1', text: 'one\ttab' },
      { id: '2', text: 'two\nlines' },
      { id: '3', text: '12" ruler' },
      { id: '4', text: 'back\\slash' },
      { id: '5', text: '' },
    ],
    output:
      'id\ttext\tai_output\n1\tone\\ttab\tone; "two"\n2\ttwo\\nlines\tone; "two"\n3\t12" ruler\tone; "two"\n4\tback\\\\slash\tone; "two"\n5\t\\N\tone; "two"\n',
  },
  'backslashes before quotes': {
    file: 'backslash-quotes.csv',
    options: ['--escape', '\\'],
    inputs: [
      { id: '1', text: 'say "hi"' },
      { id: '2', text: 'back\\slash, and more' },
    ],
    output:
      'id,text,ai_output\n1,"say \\"hi\\"","one; \\"two\\""\n2,"back\\\\slash, and more","one; \\"two\\""\n',
  },
  'a byte order mark': {
    file: 'byte-order-mark.csv',
    inputs: [{ id: '1', name: 'Bülow' }],
    output: '\ufeffid,name,ai_output\r\n1,Bülow,"one; ""two"""\r\n',
  },
  'UTF-16': {
    file: 'utf16le.csv',
    inputs: [
      { id: '1', name: 'Bülow' },
      { id: '2', name: '€, 🐀' },
    ],
    output: '\ufeffid,name,ai_output\r\n1,Bülow,"one; ""two"""\r\n2,"€, 🐀","one; ""two"""\r\n',
    says: /from utf-16le/,
  },
  'Windows-1252': {
    file: 'windows-1252.csv',
    options: ['--encoding', 'windows-1252'],
    inputs: [
      { id: '1', name: 'Bülow' },
      { id: '2', name: '“quoted” € 5' },
    ],
    output: 'id,name,ai_output\n1,Bülow,"one; ""two"""\n2,“quoted” € 5,"one; ""two"""\n',
  },
};

describe('files as they come', () => {
  it.each(Object.entries(CASES))('%s', async (_what, { file, options = [], inputs, output, says = /./ }) => {
    const bench = await benchWith(file);
    const name = file.endsWith('.tsv') ? 'out.tsv' : 'out.csv';

    const result = await bench.run([file, '-o', name, ...options, '-c', '1']);

    expect(result.stderr).toMatch(says);
    expect(result.code).toBe(0);
    expect(bench.server.requests.map((request) => request.inputs)).toEqual(inputs);
    expect(await bench.read(name)).toBe(output);
  });

  it('a JSON array becomes lines, with every digit, and its unreadable elements dead letters', async () => {
    const bench = await benchWith('array.json');

    const refused = await bench.run(['array.json']);
    const { code } = await bench.run(['array.json', '--bad-rows', 'dead-letter']);

    expect([refused.code, code]).toEqual([2, 3]);
    expect(refused.stderr).toContain('array.json, line 7 (row 3): wanted a JSON object, got a number');
    const answer = '"ai_output":"one; \\"two\\""';
    expect(await bench.read('array.enriched.jsonl')).toBe(
      `{ "id": 9007199254740993, "text": "a ] b \\" c",${answer}}\n{"id": 1.10, "text": "[{",${answer}}\n{ "id": 3, "text": "ü",${answer}}\n`,
    );
  });

  it.each([
    ['odd-names.csv', /column 3 has no name in the header; give it one, or name the columns to send/],
    ['odd-names.csv --inputs sku,name', /the header names "name" twice \(columns 4 and 5\); rename one/],
    ['windows-1252.csv', /line 2 \(row 1\): wanted UTF-8 text, .*--encoding windows-1252/],
    ['titles-and-semicolons.csv --skip-lines 2', /separated by semicolons: add --delimiter ';'/],
    ['tabs.csv --quote xx', /--quote: wanted one character/],
    ['tabs.csv --encoding klingon', /--encoding: wanted an encoding/],
    ['array.json --skip-lines 1', /--skip-lines is for CSV and TSV; the input is JSON/],
  ])('%s is refused before a call', async (words, says) => {
    const [file = '', ...options] = words.split(' ');
    const bench = await benchWith(file);

    const result = await bench.run([file, ...options]);

    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(says);
    expect(bench.server.requests).toEqual([]);
  });
});

const ROWS = 240;
const NAMES = Array.from({ length: ROWS }, (_, index) => `Bülow ${index + 1}${index % 7 === 0 ? '"' : ''}`);
const CSV = `\ufeffid,name\r\n${NAMES.map((name, index) => `${index + 1},${name}\r\n`).join('')}`;

const INPUTS: Readonly<Record<string, { file: string; options?: readonly string[]; content: Buffer }>> = {
  'UTF-16': {
    file: 'rows.csv',
    content: iconv.encode(CSV, 'utf-16le'),
  },
  'UTF-16 in gzip': {
    file: 'rows.csv.gz',
    content: gzipSync(iconv.encode(CSV, 'utf-16be')),
  },
  'Windows-1252 under titles': {
    file: 'rows.csv',
    options: ['--encoding', 'windows-1252', '--skip-lines', '1'],
    content: iconv.encode(`Prices in €\r\n${CSV.slice(1)}`, 'windows-1252'),
  },
  'a TSV without quotes': {
    file: 'rows.tsv',
    options: ['--quote', 'none'],
    content: Buffer.from(`id\tname\n${NAMES.map((name, index) => `${index + 1}\t${name}\\n.\n`).join('')}`),
  },
  'a JSON array': {
    file: 'rows.json',
    content: Buffer.from(
      JSON.stringify(
        NAMES.map((name, index) => ({ id: String(index + 1), name })),
        null,
        1,
      ),
    ),
  },
};

/** Kills after so many answers. */
class Killing {
  #left = Number.POSITIVE_INFINITY;
  #kill = () => {};

  afterAnswers(answers: number, kill: () => void): void {
    this.#left = answers;
    this.#kill = kill;
  }

  note(type: string): void {
    if (type === 'answered' && --this.#left === 0) this.#kill();
  }
}

describe('a run that is killed', () => {
  it.each(Object.entries(INPUTS))(
    'goes on in the middle of %s, and ends in the same bytes',
    async (_what, input) => {
      const { file, options = [], content } = input;
      const kill = new Killing();
      const answer = ({ inputs }: RecordedRequest) => `"a\tb\n${String(inputs.id)}"`;
      const bench = await workbench({ keyColumn: 'id', answer, observe: ({ event }) => kill.note(event) });
      await bench.write(file, content);
      const name = file.endsWith('.tsv') ? 'tsv' : file.endsWith('.json') ? 'jsonl' : 'csv';
      const args = (output: string) => [file, '-o', `${output}.${name}`, ...options, '-b', '10', '-c', '3'];
      await bench.run(args('whole'));
      const calls = bench.server.requests.length;

      const killed = bench.start(args('out'));
      kill.afterAnswers(ROWS / 2, () => killed.child.kill('SIGKILL'));
      await killed.finished;
      const resumed = await bench.run([...args('out'), '--resume', '--json']);
      const again = await bench.run([...args('out'), '--resume', '--json']);

      expect([resumed.code, again.code]).toEqual([0, 0]);
      expect(JSON.parse(again.stdout)).toMatchObject({ total: ROWS });
      expect(await bench.read(`out.${name}`)).toBe(await bench.read(`whole.${name}`));
      expect(bench.server.requests.length).toBeLessThanOrEqual(calls + ROWS + 3);
    },
  );
});
