import { describe, expect, it } from 'vitest';
import {
  OptionError,
  parseBadRows,
  parseColumns,
  parseCount,
  parseDelimiter,
  parseDuration,
  parseFormat,
  parseInputs,
  parseMaxErrors,
  parseName,
  parsePriceOption,
  parseRate,
} from '../../../src/run/settings/option-parsers.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface Examples {
  readonly parse: (text: string) => unknown;
  readonly takes: readonly (readonly [string, unknown])[];
  readonly refuses: readonly string[];
  /** What the message starts with. */
  readonly wants: string;
}

const OPTIONS: Record<string, Examples> = {
  'a rate': {
    parse: parseRate,
    takes: [
      ['100', { calls: 100, perMs: MINUTE }],
      ['100/min', { calls: 100, perMs: MINUTE }],
      ['100/m', { calls: 100, perMs: MINUTE }],
      ['20/s', { calls: 20, perMs: SECOND }],
      ['20/sec', { calls: 20, perMs: SECOND }],
      ['5000/h', { calls: 5000, perMs: HOUR }],
      ['0.5/s', { calls: 1, perMs: 2 * SECOND }],
      ['2.5/s', { calls: 2, perMs: 800 }],
      ['none', 'none'],
    ],
    refuses: [
      '',
      '0',
      '-1',
      '0/s',
      '1e3',
      '100/day',
      '100/',
      '/s',
      '20 / s',
      'fast',
      'None',
      '9'.repeat(400),
    ],
    wants: '--rate-limit: wanted calls such as 100/min, 20/s, 5000/h, or auto, or none, got ',
  },
  'a duration': {
    parse: (text) => parseDuration('--timeout', text),
    takes: [
      ['60s', MINUTE],
      ['60', MINUTE],
      ['500ms', 500],
      ['1.5s', 1_500],
      ['2m', 2 * MINUTE],
      ['2min', 2 * MINUTE],
      ['1h', HOUR],
      ['3 s', 3 * SECOND],
    ],
    refuses: ['', '0', '0s', '0.4ms', '-1s', 's', '1w', 'soon', '1e3', '1 000', '1000h', 'Infinity'],
    wants: '--timeout: wanted a duration such as 500ms, 60s or 2m, got ',
  },
  'a count': {
    parse: (text) => parseCount('--limit', text),
    takes: [
      ['1', 1],
      ['007', 7],
      ['1000000', 1_000_000],
    ],
    refuses: ['', '0', '-1', '1.5', '1e3', ' 1', 'ten', '99999999999999999999'],
    wants: '--limit: wanted a whole number from 1 up, got ',
  },
  inputs: {
    parse: parseInputs,
    takes: [
      ['name', [{ input: 'name', column: 'name' }]],
      [
        'name, text=description',
        [
          { input: 'name', column: 'name' },
          { input: 'text', column: 'description' },
        ],
      ],
      ['a=b=c', [{ input: 'a', column: 'b=c' }]],
      [
        'a=x,b=x',
        [
          { input: 'a', column: 'x' },
          { input: 'b', column: 'x' },
        ],
      ],
    ],
    refuses: ['', ',', 'name,', '=name', 'text=', 'a,,b'],
    wants: '--inputs: wanted columns such as name,text=description, got ',
  },
  'max errors': {
    parse: parseMaxErrors,
    takes: [
      ['25', { rows: 25 }],
      ['0', { rows: 0 }],
      ['5%', { share: 0.05 }],
      ['0.5%', { share: 0.005 }],
      ['0%', { share: 0 }],
      ['100%', { share: 1 }],
    ],
    refuses: ['', '%', '-1', '1.5', '101%', '5 %', 'many', '9'.repeat(400)],
    wants: '--max-errors: wanted a number of rows or a share such as 5%, got ',
  },
  'a delimiter': {
    parse: parseDelimiter,
    takes: [
      [';', ';'],
      ['|', '|'],
      ['tab', '\t'],
      ['\\t', '\t'],
      ['\t', '\t'],
    ],
    refuses: ['', ';;', '"', '\n', '\r', 'comma'],
    wants: '--delimiter: wanted one character (not a quote or a line end), got ',
  },
  'a format': {
    parse: (text) => parseFormat('--output-format', text),
    takes: [
      ['csv', 'csv'],
      ['tsv', 'tsv'],
      ['jsonl', 'jsonl'],
      ['ndjson', 'jsonl'],
    ],
    refuses: ['', 'CSV', 'json', 'xlsx'],
    wants: '--output-format: wanted csv, tsv, jsonl, got ',
  },
  'columns to spread answers over': {
    parse: parseColumns,
    takes: [
      ['title', ['title']],
      ['title, tags', ['title', 'tags']],
      ['v1.0,-', ['v1.0', '-']],
    ],
    refuses: ['', ' ', 'title,', ',tags'],
    wants: '--columns: wanted names such as title,tags, or none for all, got ',
  },
  'what to do with bad rows': {
    parse: parseBadRows,
    takes: [
      ['stop', 'stop'],
      ['dead-letter', 'dead-letter'],
    ],
    refuses: ['', 'skip', 'Stop'],
    wants: '--bad-rows: wanted stop, dead-letter or fill, got ',
  },
};

describe('a price', () => {
  it.each([
    ['input=3,output=15,cached=0.3', { unit: 'USD', tokens: { input: 3, output: 15, cached: 0.3 } }],
    ['call=0.002,currency=EUR', { unit: 'EUR', call: 0.002 }],
    ['credits=1', { unit: 'credits', tokens: { input: 1_000, output: 1_000 } }],
  ])('takes %j', (text, price) => {
    expect(parsePriceOption(text)).toEqual(price);
  });

  it.each([
    ['', '--price: wanted a price such as input=3,output=15 or call=0.002 or credits=1, got ""'],
    ['inptu=3', '--price: there is no "inptu", perhaps "input", got "inptu=3"'],
    ['input=3', '--price: wanted output too, 0 where it costs nothing, got "input=3"'],
  ])('refuses %j, saying what was wanted and what was got', (text, message) => {
    expect(() => parsePriceOption(text)).toThrow(new OptionError(message));
  });
});

describe.each(Object.entries(OPTIONS))('%s', (_name, { parse, takes, refuses, wants }) => {
  it.each(takes)('takes %j', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each(refuses)('refuses %j, saying what was wanted and what was got', (text) => {
    expect(() => parse(text)).toThrow(OptionError);
    expect(() => parse(text)).toThrow(`${wants}"${text}"`);
  });
});

it.each(['rows.csv', 'in/rows.jsonl.gz', '-'])('does not take the input %j for a column', (text) => {
  expect(() => parseColumns(text)).toThrow(`got the file "${text}"; put it before the options`);
});

it('refuses an input that is named twice', () => {
  expect(() => parseInputs('a=x,a=y')).toThrow('--inputs: the input "a" is named twice');
});

it('takes any name but an empty one', () => {
  expect(parseName('--output-column', 'AI output')).toBe('AI output');
  expect(() => parseName('--output-column', ' ')).toThrow('--output-column: wanted a name, got an empty one');
});
