import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/run/settings/option-parsers.js';
import { settingsOfCalls, settingsOfFiles } from '../../../src/run/settings/settings-of-options.js';

const CALLS = { fabric: 'summary' };
const FILES = { ...CALLS, input: 'rows.csv' };

describe('the settings that options from code make', () => {
  it('are the same for a text and for a value of its type', () => {
    const texts = {
      ...FILES,
      concurrency: '7',
      rateLimit: '20/s',
      attempts: '4',
      timeout: '1.5s',
      inputs: 'text=description,name',
      price: 'call=0.002',
      maxCost: '$5',
      maxCalls: '9',
      deadline: '8h',
      cacheTtl: '1d',
      tier: 'better',
      score: 'field:confidence',
      minScore: '0.7',
      maxErrors: '5%',
      limit: '3',
      batchSize: '20',
      columns: 'title, tags',
    };
    const values = {
      ...FILES,
      concurrency: 7,
      rateLimit: { calls: 20, perMs: 1_000 },
      attempts: 4,
      timeout: 1_500,
      inputs: ['text=description', { input: 'name', column: 'name' }],
      price: { unit: 'USD', call: 0.002 },
      maxCost: 5,
      maxCalls: 9,
      deadline: { kind: 'after', ms: 8 * 3_600_000 },
      cacheTtl: 24 * 3_600_000,
      tier: ['better'],
      score: { kind: 'field', text: 'confidence' },
      minScore: 0.7,
      maxErrors: { share: 0.05 },
      limit: 3,
      batchSize: 20,
      columns: ['title', 'tags'],
    } as const;

    const { given: _values, ...fromValues } = settingsOfFiles(values, {});
    const { given: _texts, ...fromTexts } = settingsOfFiles(texts, {});
    expect(fromValues).toEqual(fromTexts);
  });

  it('take a bare number for calls a minute, ms, and rows, as the type says', () => {
    expect(settingsOfCalls({ ...CALLS, rateLimit: 30, timeout: 30, maxErrors: 30 }, {})).toMatchObject({
      rate: { calls: 30, perMs: 60_000 },
      timeoutMs: 30,
      maxErrors: { rows: 30 },
    });
  });

  it('leave a thing out that is switched off', () => {
    const settings = settingsOfFiles({ ...FILES, cache: false, columns: false, dedupe: false }, {});

    expect(settings).toMatchObject({ sharesAnswers: false, existing: 'refuse' });
    expect(Object.keys(settings)).not.toContain('cache');
    expect(Object.keys(settings)).not.toContain('columns');
  });

  it.each([
    [{ rateLimit: 'fast' }, '--rate-limit: wanted'],
    [{ rateLimit: { calls: 0, perMs: 1 } }, '--rate-limit: wanted'],
    [{ timeout: 0 }, '--timeout: wanted'],
    [{ attempts: 1.5 }, '--attempts: wanted'],
    [{ concurrency: -1 }, '--concurrency: wanted'],
    [{ maxCost: 0 }, '--max-cost: wanted'],
    [{ resume: true, overwrite: true }, '--resume and --overwrite contradict each other'],
    [{ minScore: 0.5 }, '--min-score says when a row moves up'],
    [{ tier: 'better' }, '--tier needs --score'],
    [{ tier: 'better', score: 'field:a' }, '--tier needs --min-score'],
  ])('are refused in the words of the command line: %j', (options, message) => {
    const make = () => settingsOfFiles({ ...FILES, ...options }, {});

    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});
