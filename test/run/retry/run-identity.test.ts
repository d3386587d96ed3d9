import { expect, it } from 'vitest';
import { CheckpointError, firstCheckpoint } from '../../../src/checkpoint/checkpoint-file.js';
import { type JsonObject, START } from '../../../src/rows/row.js';
import { identityOfRun } from '../../../src/run/retry/run-identity.js';

const OUTPUT = { format: 'csv', delimiter: ',', gzip: false };

function runWith(identity: JsonObject) {
  return firstCheckpoint({ identity, savedSettings: {}, from: START, noCounts: {} }, { wallNow: () => 0 });
}

it('reads how the output of a run is laid out, with null for what was not asked for', () => {
  const identity = { outputColumn: 'ai_output', columns: ['id'], inputs: null, output: OUTPUT };

  expect(identityOfRun(runWith({ ...identity, fabric: 'some' }))).toEqual(identity);
});

it.each<[string, JsonObject]>([
  ['outputColumn', { output: OUTPUT }],
  ['columns', { outputColumn: 'ai_output', output: OUTPUT, columns: 'id' }],
  ['metaColumns.0', { outputColumn: 'ai_output', output: OUTPUT, metaColumns: ['ai_mood'] }],
  ['output.gzip', { outputColumn: 'ai_output', output: { ...OUTPUT, gzip: 'no' } }],
])('refuses a checkpoint whose %s is none that a run writes', (field, identity) => {
  const reading = () => identityOfRun(runWith(identity));

  expect(reading).toThrow(CheckpointError);
  expect(reading).toThrow(`damaged: ${field} is not`);
});
