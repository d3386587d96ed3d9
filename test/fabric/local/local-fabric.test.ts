import { expect, it, onTestFinished } from 'vitest';
import type { Fabric, FabricCall } from '../../../src/fabric/fabric.js';
import type { TextResult } from '../../../src/fabric/local/answer-texts.js';
import { LocalFabric } from '../../../src/fabric/local/local-fabric.js';
import { SpreadWork } from '../../../src/threads/spread-work.js';
import { threadProgram } from '../../../src/threads/thread-program.js';

const callWith = (text: string): FabricCall => ({ row: 1, inputs: { text }, calls: 0, attempts: 0 });

function fabricInThreads(): Fabric {
  const work = new SpreadWork<string, TextResult>({
    program: threadProgram('frail-answers', import.meta.url),
    setUp: undefined,
    threads: 2,
    here: async () => () => [],
    sizeOf: (text) => text.length,
    startAfter: 0,
  });
  const fabric = new LocalFabric(work);
  onTestFinished(() => fabric.close());
  return fabric;
}

it('fails the row whose text ends the threads that read it, and no other', async () => {
  const fabric = fabricInThreads();

  const results = await Promise.allSettled(['a', 'exit', 'b'].map((text) => fabric.run(callWith(text))));

  const answered = (answer: string) => ({ status: 'fulfilled', value: { answer, latencyMs: 1 } });
  expect(results).toEqual([
    answered('read a'),
    { status: 'rejected', reason: expect.objectContaining({ name: 'CallError', kind: 'crashed' }) },
    answered('read b'),
  ]);
  expect(fabric.inFlight).toBe(0);
});

it('aborts the calls in the air when it is closed', async () => {
  const fabric = fabricInThreads();
  await fabric.run(callWith('a'));
  const calls = ['for ever', 'b', 'c'].map((text) => fabric.run(callWith(text)));
  expect(fabric.inFlight).toBe(3);

  await Promise.all([
    fabric.close(),
    ...calls.map((call) => expect(call).rejects.toMatchObject({ kind: 'aborted' })),
  ]);

  expect(fabric.inFlight).toBe(0);
});
