import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  BatchApiError,
  type BatchPhase,
  type BatchService,
  type LostShard,
  type RemoteBatch,
  type ShardResult,
  type ShardToSubmit,
  type SubmissionRecord,
} from '../../src/batch-api/batch-service.js';
import { CallError } from '../../src/fabric/call-error.js';
import type { ModelDefinition } from '../../src/fabric/definition.js';
import type {
  BatchBehaviour,
  FakeBatchOptions,
  FakeBatchServer,
  Fault,
} from '../support/batch-services/fake-batch-server.js';
import { fakeBatchesForTest } from '../support/batch-services/fake-batches-for-test.js';
import { HurriedClock } from '../support/batch-services/hurried-clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A driver and the service that it is tested against. */
export interface ContractSubject {
  /** Chooses the service among those of the fake. */
  readonly fake: Pick<FakeBatchOptions, 'variant' | 'services'>;
  readonly definition: (fake: FakeBatchServer) => ModelDefinition;
  readonly open: (
    definition: ModelDefinition,
    more: { readonly apiKey: string; readonly clock: HurriedClock },
  ) => BatchService;
  /** What is recorded of a submission, in this order. */
  readonly steps: readonly ('uploading' | 'uploaded' | 'creating')[];
  /** What `find` says where one batch fits. */
  readonly found: 'one' | 'unsure';
  /** The fake's names of its routes. */
  readonly routes: { readonly create: string; readonly poll: string; readonly results: string };
  /** Rows that were not run are told of one by one. */
  readonly tellsUnrunRows: { readonly expired: boolean; readonly cancelled: boolean };
  /** What a batch is called between its cancellation and its end. Default `cancelling`. */
  readonly whileCancelling?: BatchPhase;
  /** What an expired batch has run is there. */
  readonly keepsExpiredResults: boolean;
}

/** As keys are; longer than what is taken for a word. */
export const KEY = 'sk-contract-4f9a1c7e2b';
const TAG = 'bai-1f2e3d4c-7';

/** What each driver promises of its service: see `BatchService`. */
export function batchServiceContract(name: string, subject: ContractSubject): void {
  describe(`${name} as a batch service`, () => {
    it('records each step of a submission before the next one', async () => {
      const { service, fake, shard } = await start(subject);
      const steps: string[] = [];
      const note = (step: string) => async () => {
        steps.push(`${step} with ${fake.files.all.length} files, ${fake.jobs.all.length} batches`);
      };

      await service.submit(await shard(['a', 'b']), {
        uploading: note('uploading'),
        uploaded: note('uploaded'),
        creating: note('creating'),
      });

      const filesAt = { uploading: 0, uploaded: 1, creating: subject.steps.includes('uploaded') ? 1 : 0 };
      expect(steps).toEqual(subject.steps.map((step) => `${step} with ${filesAt[step]} files, 0 batches`));
      expect(fake.jobs.all).toHaveLength(1);
    });

    it('gives the answer of each row by its id, whatever their order', async () => {
      const { service, shard, all } = await start(subject, {
        behave: always({ lines: { order: 'reversed' } }),
      });

      const batch = await ended(service, await service.submit(await shard(['a', 'b', 'c']), NO_RECORD));
      const results = await all(batch);

      expect(texts(results)).toEqual({ a: 'described a', b: 'described b', c: 'described c' });
    });

    it('keeps the digits of numbers in answers as they came', async () => {
      const { service, shard, all } = await start(subject, {
        answer: () => ({ kind: 'answer', content: 'x', usage: { input: 12345678901234, output: 7 } }),
      });

      const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));
      const [result] = await all(batch);

      expect(result?.kind === 'response' && result.body).toContain('12345678901234');
    });

    it('tells refusals of rows with the status of the live API', async () => {
      const { service, shard, all } = await start(subject, {
        answer: ({ prompt }) =>
          prompt === 'bad'
            ? {
                kind: 'refusal',
                status: 400,
                body: { error: { type: 'invalid_request_error', message: 'too odd' } },
              }
            : 'fine',
      });

      const batch = await ended(service, await service.submit(await shard(['good', 'bad']), NO_RECORD));
      const refused = (await all(batch)).find(({ id }) => id === 'bad');

      expect(refused).toMatchObject({ kind: 'response', status: 400 });
      expect(refused?.kind === 'response' && refused.body).toContain('too odd');
    });

    it('finds a batch whose creation has no answer, and creates no second one', async () => {
      const { service, fake, shard } = await start(subject, {
        fault: onlyAt(subject.routes.create, { kind: 'lost-answer' }),
      });
      let file: string | undefined;
      const sentAt = Date.now();
      const uploaded = async (name: string) => {
        file = name;
      };
      const record = { ...NO_RECORD, uploaded };

      const failed = await failureOf(service.submit(await shard(['a', 'b']), record));
      const found = await service.find(lost({ file, sentAt, rows: 2 }));

      expect(failed).toMatchObject({ kind: 'unknown' });
      expect(found.kind).toBe(subject.found);
      const [batch] = found.kind === 'one' ? [found.batch] : found.kind === 'unsure' ? found.batches : [];
      expect(batch?.id).toBe(fake.jobs.all[0]?.id);
      expect(fake.count(subject.routes.create)).toBe(1);
    });

    it('finds none where the creation was never heard, and leaves other batches alone', async () => {
      const { service, shard } = await start(subject, {
        fault: ({ route, nth }) =>
          route === subject.routes.create && nth === 2 ? { kind: 'reset' } : undefined,
      });
      const other = await service.submit({ ...(await shard(['a', 'b'])), tag: 'bai-1f2e3d4c-6' }, NO_RECORD);
      const sentAt = Date.now();

      const failed = await failureOf(service.submit(await shard(['a', 'b']), NO_RECORD));
      const found = await service.find(lost({ file: undefined, sentAt, rows: 2, others: [other.id] }));

      expect(failed).toMatchObject({ kind: 'unknown' });
      expect(found).toEqual({ kind: 'none' });
    });

    it.each([
      [400, 'refused'],
      [401, 'account'],
      [402, 'account'],
      [408, 'unknown'],
      [409, 'unknown'],
      [413, 'refused'],
      [429, 'later'],
      [500, 'unknown'],
      [503, 'unknown'],
    ])('takes a creation that is answered with %i for %s, and sends no second one', async (status, kind) => {
      const { service, fake, shard } = await start(subject, {
        fault: onlyAt(subject.routes.create, { kind: 'status', status, headers: { 'retry-after': '70' } }),
      });

      const failed = await failureOf(service.submit(await shard(['a']), NO_RECORD));

      expect(failed).toMatchObject({ kind, details: { status } });
      expect(fake.count(subject.routes.create)).toBe(1);
      if (status === 429) expect(failed).toMatchObject({ details: { retryAfterMs: 70_000 } });
    });

    it('polls again where the service has a bad moment', async () => {
      const { service, fake, shard } = await start(subject, {
        fault: ({ route, nth }) =>
          route === subject.routes.poll && nth <= 2
            ? { kind: 'status', status: nth === 1 ? 503 : 429 }
            : undefined,
      });
      const submitted = await service.submit(await shard(['a']), NO_RECORD);

      const batch = await service.poll(submitted);

      expect(batch.phase).toBe('ended');
      expect(fake.count(subject.routes.poll)).toBe(3);
    });

    it('goes through its phases, and an ended batch stays ended', async () => {
      const { service, shard } = await start(subject, {
        behave: always({ validatingPolls: 1, runningPolls: 2 }),
      });

      const submitted = await service.submit(await shard(['a']), NO_RECORD);
      const phases = [submitted.phase];
      for (let poll = 0; poll < 8; poll++) phases.push((await service.poll(submitted)).phase);

      expect(phases.slice(0, 3)).not.toContain('ended');
      expect(phases.slice(-3)).toEqual(['ended', 'ended', 'ended']);
    });

    it('takes a batch of another key for one that is not to be seen', async () => {
      const { service, fake, shard, openWith } = await start(subject);
      const submitted = await service.submit(await shard(['a']), NO_RECORD);
      const other = openWith(`${KEY}-other`);

      expect(await failureOf(other.poll(submitted))).toMatchObject({ kind: 'not-visible' });
      expect(fake.ledger.totals.billed).toBe(0);
    });

    it('has a cancellation end later, with what was run and what was not', async () => {
      const { service, shard, all } = await start(subject, {
        behave: always({ runningPolls: 100, doneShare: 0.5 }),
      });
      const submitted = await service.submit(await shard(['a', 'b', 'c', 'd']), NO_RECORD);
      await service.poll(submitted);

      await service.cancel(submitted);
      const asked = await service.poll(submitted);
      const batch = await ended(service, submitted);
      await service.cancel(batch);
      const results = await all(batch);

      expect(asked.phase).toBe(subject.whileCancelling ?? 'cancelling');
      expect(texts(results)).toEqual({ a: 'described a', b: 'described b' });
      const notRun = results.filter(({ kind }) => kind === 'not-run');
      expect(notRun.map(({ id }) => id)).toEqual(subject.tellsUnrunRows.cancelled ? ['c', 'd'] : []);
    });

    it('reads what an expired batch left', async () => {
      const { service, shard, all } = await start(subject, {
        behave: always({ end: 'expired', doneShare: 0.5 }),
      });

      const batch = await ended(service, await service.submit(await shard(['a', 'b', 'c', 'd']), NO_RECORD));
      const results = await all(batch);

      expect(texts(results)).toEqual(
        subject.keepsExpiredResults ? { a: 'described a', b: 'described b' } : {},
      );
      const notRun = results.filter(({ kind }) => kind === 'not-run');
      expect(notRun.map(({ id }) => id)).toEqual(subject.tellsUnrunRows.expired ? ['c', 'd'] : []);
    });

    it('reads results again from where their connection broke, no line twice', async () => {
      const prompts = Array.from({ length: 50 }, (_, at) => `row-${at}`);
      const { service, shard, all } = await start(subject, {
        fault: onlyAt(subject.routes.results, { kind: 'cut', bytes: 3_000 }),
      });

      const batch = await ended(service, await service.submit(await shard(prompts), NO_RECORD));
      const results = await all(batch);

      expect(results.map(({ id }) => id)).toEqual(prompts);
    });

    it('takes each line by itself: cut, blank and odd ones spoil no other', async () => {
      const { service, shard, all } = await start(subject, {
        behave: always({
          lines: { end: '\r\n', blankLines: true, foreign: ['{"custom_id":', 'null', '[]'] },
        }),
        answer: ({ prompt }) => `said\u2028of\u2029${prompt}`,
      });

      const batch = await ended(service, await service.submit(await shard(['a', 'b']), NO_RECORD));
      const results = await all(batch);

      expect(texts(results)).toEqual({ a: 'said\u2028of\u2029a', b: 'said\u2028of\u2029b' });
      expect(results.filter(({ kind }) => kind === 'unreadable')).toHaveLength(3);
    });

    it('sends lines that no reader cuts within a text', async () => {
      const { service, definition } = await start(subject);

      const line = service.line('r-1', bodyOf(service, definition, 'one\u2028two\u2029three\nfour'));

      expect(line).not.toMatch(/[\u2028\u2029\n\r]/);
      expect(JSON.stringify(JSON.parse(line))).toContain('one\u2028two\u2029three\\nfour');
    });

    it('removes what a shard left, and finds nothing wrong where that is gone', async () => {
      const { service, fake, shard } = await start(subject);
      const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));
      const upload = { state: 'begun' } as const;

      await service.remove({ tag: TAG, upload, batch });
      await service.remove({ tag: TAG, upload, batch });

      expect(fake.files.all).toEqual([]);
    });

    it('says no key in any message, though the service repeats it', async () => {
      const { service, shard } = await start(subject, {
        fault: () => ({ kind: 'status', status: 400, body: { error: { message: `the key ${KEY} is odd` } } }),
      });
      const submitting = failureOf(service.submit(await shard(['a']), NO_RECORD));
      const handle = { id: 'batch_1' };

      const failures = [
        await submitting,
        await failureOf(service.poll(handle)),
        await failureOf(service.cancel(handle)),
      ];

      for (const failure of failures) {
        expect(failure).toBeInstanceOf(BatchApiError);
        expect(String(failure)).not.toContain(KEY);
        expect(String(failure)).toContain('is odd');
      }
    });

    it('ends what is on its way when it is closed', async () => {
      const { service } = await start(subject);

      await service.close();

      expect(await failureOf(service.poll({ id: 'batch_1' }))).toMatchObject({ kind: 'aborted' });
    });
  });
}

export const NO_RECORD: SubmissionRecord = {
  uploading: async () => {},
  uploaded: async () => {},
  creating: async () => {},
};

export interface Started {
  readonly service: BatchService;
  readonly fake: FakeBatchServer;
  readonly definition: ModelDefinition;
  readonly clock: HurriedClock;
  /** A file with a request for each prompt, which is its id too. */
  readonly shard: (prompts: readonly string[]) => Promise<ShardToSubmit>;
  readonly all: (batch: RemoteBatch) => Promise<ShardResult[]>;
  readonly openWith: (apiKey: string) => BatchService;
}

/** A fake of the subject's service and a driver that speaks to it; both are closed when the running test ends. */
export async function start(
  subject: Pick<ContractSubject, 'fake' | 'definition' | 'open'>,
  options: FakeBatchOptions = {},
): Promise<Started> {
  const fake = await fakeBatchesForTest({ keys: [KEY, `${KEY}-other`], ...subject.fake, ...options });
  const definition = subject.definition(fake);
  const clock = new HurriedClock();
  const openWith = (apiKey: string) => {
    const service = subject.open(definition, { apiKey, clock });
    onTestFinished(() => service.close());
    return service;
  };
  const service = openWith(KEY);
  const shard = async (prompts: readonly string[]): Promise<ShardToSubmit> => {
    const path = join(await temporaryFolder(), 'shard.jsonl');
    const lines = prompts.map((prompt) => `${service.line(prompt, bodyOf(service, definition, prompt))}\n`);
    await writeFile(path, lines.join(''));
    const { size: bytes } = await stat(path);
    const { model } = definition;
    return { tag: TAG, path, bytes, rows: prompts.length, model, upload: { state: 'none' } };
  };
  const all = async (batch: RemoteBatch) => {
    const results: ShardResult[] = [];
    for await (const result of service.results(batch)) results.push(result);
    return results;
  };
  return { service, fake, definition, clock, shard, all, openWith };
}

export function always(behaviour: BatchBehaviour): () => BatchBehaviour {
  return () => behaviour;
}

/** The first request of a route goes wrong. */
export function onlyAt(route: string, fault: Fault): NonNullable<FakeBatchOptions['fault']> {
  return (request) => (request.route === route && request.nth === 1 ? fault : undefined);
}

export async function ended(service: BatchService, batch: RemoteBatch): Promise<RemoteBatch> {
  for (let polls = 0; polls < 20; polls++) {
    const now = await service.poll(batch);
    if (now.phase === 'ended') return now;
  }
  throw new Error('wanted a batch that ends, got 20 polls of one that does not');
}

export async function failureOf(promise: Promise<unknown>): Promise<BatchApiError | CallError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BatchApiError || error instanceof CallError) return error;
    throw error;
  }
  throw new Error('wanted a failure, got none');
}

export function lost(
  known: Pick<LostShard, 'file' | 'sentAt' | 'rows'> & { readonly others?: readonly string[] },
): LostShard {
  return { ...known, tag: TAG, others: new Set(known.others) };
}

function bodyOf(service: BatchService, definition: ModelDefinition, prompt: string): string {
  return service.wire.forms(definition)[0].body({ prompt });
}

/** What answers say, by id: the first text in each body that a service may answer with. */
function texts(results: readonly ShardResult[]): Record<string, string> {
  const answered = results.flatMap((result) =>
    result.kind === 'response' && result.status === 200 ? [[result.id, textIn(result.body)] as const] : [],
  );
  return Object.fromEntries(answered);
}

function textIn(body: string): string {
  const { choices, content, candidates } = JSON.parse(body);
  return choices?.[0].message.content ?? content?.[0].text ?? candidates?.[0].content.parts[0].text;
}
