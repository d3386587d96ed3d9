import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Upload } from '../../../src/batch-api/batch-service.js';
import {
  always,
  ended,
  failureOf,
  lost,
  NO_RECORD,
  onlyAt,
  start,
} from '../../contracts/batch-service-contract.js';
import type { FakeBatchOptions } from '../../support/batch-services/fake-batch-server.js';
import { driver, OPENAI_SUBJECT } from '../some-drivers.js';

const SUBJECT = { ...OPENAI_SUBJECT, fake: {}, open: driver('openai') };
const CREATE = OPENAI_SUBJECT.routes.create;
const UPLOAD = 'POST /v1/files';

describe('the upload of a shard', () => {
  it('arrives byte for byte, under a name of its tag', async () => {
    const { service, fake, shard } = await startOpenai();
    const given = await shard(['a', 'ünï\u2028code', '😀']);

    await service.submit(given, NO_RECORD);

    const [file] = fake.files.all;
    expect(file).toMatchObject({ name: `${given.tag}.jsonl`, purpose: 'batch', bytes: given.bytes });
    expect(await readFile(file?.path ?? '')).toEqual(await readFile(given.path));
  });

  it('is not sent again where its answer was lost: the file is found by its name and size', async () => {
    const { service, fake, shard } = await startOpenai({ fault: onlyAt(UPLOAD, { kind: 'lost-answer' }) });
    const given = await shard(['a']);
    const steps: string[] = [];
    const record = {
      ...NO_RECORD,
      uploading: async () => void steps.push('uploading'),
      uploaded: async (file: string) => void steps.push(file),
    };

    const failed = await failureOf(service.submit(given, record));
    await service.submit({ ...given, upload: { state: 'begun' } }, record);

    expect(failed).toMatchObject({ kind: 'unknown' });
    expect(fake.count(UPLOAD)).toBe(1);
    expect(steps).toEqual(['uploading', fake.files.all[0]?.id]);
  });

  it('is sent where an earlier one never came to its end', async () => {
    const { service, fake, shard } = await startOpenai({ fault: onlyAt(UPLOAD, { kind: 'reset' }) });
    const given = await shard(['a']);
    await failureOf(service.submit(given, NO_RECORD));

    await service.submit({ ...given, upload: { state: 'begun' } }, NO_RECORD);

    expect(fake.files.all).toHaveLength(1);
    expect(fake.jobs.all).toHaveLength(1);
  });

  it('is refused for its size before anything is created', async () => {
    const { service, fake, shard } = await startOpenai({ maxUploadBytes: 10 });

    expect(await failureOf(service.submit(await shard(['a']), NO_RECORD))).toMatchObject({
      kind: 'refused',
      details: { status: 413 },
    });
    expect(fake.jobs.all).toEqual([]);
  });
});

describe('the creation of a batch', () => {
  it('waits for a file that is not to be seen yet, and creates one batch', async () => {
    const { service, fake, clock, shard } = await startOpenai({ filesHiddenFor: 4 });

    await service.submit(await shard(['a']), NO_RECORD);

    expect(fake.jobs.all).toHaveLength(1);
    expect(fake.count(UPLOAD)).toBe(1);
    expect(fake.count(CREATE)).toBeGreaterThan(1);
    expect(clock.waits.length).toBeGreaterThan(0);
  });

  it('gives up on a file that stays away', async () => {
    const { service, fake, shard } = await startOpenai({ filesHiddenFor: 1_000 });

    expect(await failureOf(service.submit(await shard(['a']), NO_RECORD))).toMatchObject({ kind: 'refused' });
    expect(fake.jobs.all).toEqual([]);
  });

  it('is repeated from the same file where the queue was full', async () => {
    const { service, fake, shard } = await startOpenai({ enqueuedTokens: 1_800 });
    const large = await shard(Array.from({ length: 30 }, (_, at) => `row-${at}`));
    let upload: Upload = { state: 'none' };
    const uploaded = async (file: string) => {
      upload = { state: 'done', file };
    };
    const first = await service.submit({ ...large, tag: 'bai-1f2e3d4c-1' }, NO_RECORD);
    const second = await service.submit({ ...large, tag: 'bai-1f2e3d4c-2' }, { ...NO_RECORD, uploaded });

    const refused = await ended(service, second);
    await ended(service, first);
    const again = await service.submit({ ...large, tag: 'bai-1f2e3d4c-2', upload }, NO_RECORD);
    const done = await ended(service, again);

    expect(refused.refusal).toMatchObject({ kind: 'later' });
    expect(done).toMatchObject({ word: 'completed', counts: { total: 30, succeeded: 30 } });
    expect(fake.count(UPLOAD)).toBe(2);
    expect(fake.ledger.totals).toMatchObject({ prompts: 30 });
  });

  it.each([
    ['billing_hard_limit_reached', 'account'],
    ['invalid_json_line', 'refused'],
    ['duplicate_custom_id', 'refused'],
    ['server_error', 'later'],
  ])('that fails late with %s is a refusal of kind %s', async (code, kind) => {
    const { service, shard, all } = await startOpenai({
      behave: always({ end: 'failed', failure: { code, message: 'So it is.' } }),
    });

    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));

    expect(batch.refusal).toMatchObject({ kind });
    expect(batch.refusal?.message).toContain('So it is.');
    expect(await all(batch)).toEqual([]);
  });
});

describe('looking for a lost batch', () => {
  it('goes through the pages of a list that is full of others', async () => {
    const { service, fake, shard } = await startOpenai({
      fault: ({ route, nth }) => (route === CREATE && nth === 1 ? { kind: 'lost-answer' } : undefined),
    });
    const given = await shard(['a']);
    await failureOf(service.submit(given, NO_RECORD));
    const [mine] = fake.jobs.all;
    for (let nth = 0; nth < 230; nth++) await service.submit({ ...given, tag: `other-${nth}` }, NO_RECORD);

    const found = await service.find(lost({ file: undefined, sentAt: Date.now(), rows: 1 }));

    expect(found).toMatchObject({ kind: 'one', batch: { id: mine?.id } });
  });

  it('takes the one that lives where an earlier one of the shard was refused', async () => {
    const { service, fake, shard } = await startOpenai({
      behave: ({ nth }) => (nth === 1 ? { end: 'failed' } : {}),
      fault: ({ route, nth }) => (route === CREATE && nth === 2 ? { kind: 'lost-answer' } : undefined),
    });
    const given = await shard(['a']);
    await ended(service, await service.submit(given, NO_RECORD));
    await failureOf(service.submit(given, NO_RECORD));

    const found = await service.find(lost({ file: undefined, sentAt: Date.now(), rows: 1 }));

    expect(found).toMatchObject({ kind: 'one', batch: { id: fake.jobs.all[1]?.id } });
  });

  it('says that it cannot tell where two have the same tag', async () => {
    const { service, shard } = await startOpenai();
    const given = await shard(['a']);
    const first = await service.submit(given, NO_RECORD);
    const second = await service.submit(given, NO_RECORD);

    const found = await service.find(lost({ file: undefined, sentAt: Date.now(), rows: 1 }));
    const other = await service.find(
      lost({ file: undefined, sentAt: Date.now(), rows: 1, others: [first.id] }),
    );

    expect(found.kind === 'unsure' && found.batches.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(other).toMatchObject({ kind: 'one', batch: { id: second.id } });
  });
});

describe('a batch on its way', () => {
  it('has all its counts while it is finalizing, and has not ended', async () => {
    const { service, shard } = await startOpenai({ behave: always({ finalizingPolls: 2 }) });
    const submitted = await service.submit(await shard(['a']), NO_RECORD);

    const first = await service.poll(submitted);
    const second = await service.poll(submitted);
    const third = await service.poll(submitted);

    expect(first).toMatchObject({ phase: 'finalizing', counts: { total: 1, succeeded: 1, failed: 0 } });
    expect([second.phase, third.phase]).toEqual(['finalizing', 'ended']);
  });

  it('expires when its time is over, and keeps what was run', async () => {
    const { service, fake, shard, all } = await startOpenai({
      behave: always({ runningPolls: 99, doneShare: 0.25 }),
    });
    const submitted = await service.submit(await shard(['a', 'b', 'c', 'd']), NO_RECORD);
    expect((await service.poll(submitted)).phase).toBe('running');
    fake.advance(24 * 3_600_000);

    const batch = await service.poll(submitted);

    expect(batch).toMatchObject({ phase: 'ended', word: 'expired' });
    expect((await all(batch)).map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'response'],
      ['b', 'not-run'],
      ['c', 'not-run'],
      ['d', 'not-run'],
    ]);
    expect(fake.ledger.totals.billed).toBe(1);
  });
});

describe('the results of a batch', () => {
  it.each(['null', 'text', 'file'] as const)(
    'are read where a file without lines is %s',
    async (emptyFile) => {
      const refusal = { kind: 'refusal', status: 400, body: { error: { message: 'no' } } } as const;
      const failing = await startOpenai({ behave: always({ emptyFile }), answer: () => refusal });
      const fine = await startOpenai({ behave: always({ emptyFile }) });

      const kinds = [];
      for (const { service, shard, all } of [failing, fine]) {
        const batch = await ended(service, await service.submit(await shard(['a', 'b']), NO_RECORD));
        kinds.push((await all(batch)).map((result) => result.kind === 'response' && result.status));
      }

      expect(kinds).toEqual([
        [400, 400],
        [200, 200],
      ]);
    },
  );

  it('tell rows without an answer from those that were not run', async () => {
    const { service, shard, all } = await startOpenai({
      answer: ({ prompt }) => {
        if (prompt === 'empty') return { kind: 'empty', status: 200 };
        if (prompt === 'zero') return { kind: 'empty', status: 0 };
        if (prompt === 'timeout') return { kind: 'error', code: 'request_timeout', message: 'too slow' };
        if (prompt === 'broke') return { kind: 'error', code: 'insufficient_quota', message: 'no money' };
        if (prompt === 'gone') return { kind: 'missing' };
        return 'fine';
      },
    });
    const prompts = ['fine', 'empty', 'zero', 'timeout', 'broke', 'gone'];

    const batch = await ended(service, await service.submit(await shard(prompts), NO_RECORD));
    const results = Object.fromEntries((await all(batch)).map((result) => [result.id, result]));

    expect(results).toMatchObject({
      fine: { kind: 'response', status: 200 },
      empty: { kind: 'failed' },
      zero: { kind: 'failed' },
      timeout: { kind: 'failed', message: 'too slow' },
      broke: { kind: 'response', status: 429 },
    });
    expect(Object.keys(results)).toHaveLength(5);
  });

  it('come with duplicate and foreign lines as they are, for the caller to tell apart', async () => {
    const foreign = '{"custom_id":"other","response":{"status_code":200,"body":{}},"error":null}';
    const { service, shard, all } = await startOpenai({
      behave: always({ lines: { duplicateEvery: 2, foreign: [foreign] } }),
    });

    const batch = await ended(service, await service.submit(await shard(['a', 'b']), NO_RECORD));

    // A foreign line stands in the error file too, which is there then.
    expect((await all(batch)).map(({ id }) => id)).toEqual(['a', 'b', 'b', 'other']);
  });

  it('are read again where the last line is cut, and then given as they are', async () => {
    const { service, fake, shard, all } = await startOpenai({
      behave: always({ lines: { cutsLast: true } }),
    });

    const batch = await ended(service, await service.submit(await shard(['a', 'b']), NO_RECORD));
    const results = await all(batch);

    expect(results.map(({ kind }) => kind)).toEqual(['response', 'unreadable']);
    expect(fake.count(OPENAI_SUBJECT.routes.results)).toBe(3);
  });

  it('are asked for again after 5xx and 429, and fail as unknown in the end', async () => {
    const { service, fake, clock, shard, all } = await startOpenai({
      fault: ({ route }) =>
        route === OPENAI_SUBJECT.routes.results ? { kind: 'status', status: 502 } : undefined,
    });
    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));

    expect(await failureOf(all(batch))).toMatchObject({ kind: 'unknown', details: { status: 502 } });
    expect(fake.count(OPENAI_SUBJECT.routes.results)).toBe(5);
    expect(clock.waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });
});

function startOpenai(options: FakeBatchOptions = {}) {
  return start(SUBJECT, options);
}
