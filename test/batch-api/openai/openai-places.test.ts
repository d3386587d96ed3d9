import { describe, expect, it } from 'vitest';
import { ended, NO_RECORD, start } from '../../contracts/batch-service-contract.js';
import { driver, OPENAI_SUBJECT } from '../some-drivers.js';

describe('the places of files and batches', () => {
  it.each([
    ['groq', 'openai', '/openai/v1', '/openai/v1'],
    ['azure', 'azure', '/openai/v1', '/openai/v1'],
    ['azure', 'azure', '/openai?api-version=2024-10-21', '/openai'],
    ['azure', 'azure', '/openai/deployments/mine?api-version=2024-10-21', '/openai'],
    ['deepinfra', 'openai', '/v1/openai', '/v1/openai'],
  ] as const)('of %s (%s) at %s are below %s', async (name, variant, base, expected) => {
    const { service, fake, shard, all } = await start({
      ...OPENAI_SUBJECT,
      fake: { variant },
      definition: (fake) => ({ ...OPENAI_SUBJECT.definition(fake), baseUrl: `${fake.origin}${base}` }),
      open: driver(name),
    });

    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));
    const results = await all(batch);

    expect(results).toMatchObject([{ id: 'a', kind: 'response', status: 200 }]);
    expect(new Set(fake.requests)).toEqual(
      new Set(
        ['POST /files', 'POST /batches', 'GET /batches/*', 'GET /files/*/content'].map(below(expected)),
      ),
    );
  });
});

function below(base: string): (route: string) => string {
  return (route) => route.replace(' ', ` ${base}`);
}
