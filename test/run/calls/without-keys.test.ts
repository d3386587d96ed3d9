import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withoutKeys } from '../../../src/run/calls/without-keys.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

it('leaves the keys and the queue out of the environment of commands, by name and by value', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'rows.csv'), 'id\n1\n');
  await writeFile(
    join(folder, 'f.yaml'),
    'name: f\nprovider: openai\nmodel: m\nbaseUrl: https://gateway.example/v1\nkeyEnv: GATEWAY\nprompt: "{{ id }}"\n',
  );
  const environment = {
    PATH: '/bin',
    SLACK_TOKEN: 'theirs',
    GATEWAY: 'sk-gateway-1234567890',
    COPY_OF_IT: 'sk-gateway-1234567890',
    OPENAI_API_KEY: 'sk-1234567890',
    BATCHAI_QUEUE_URL: 'redis://:password@127.0.0.1',
    EMPTY: '',
  };
  const plan = await planIn(folder, { fabric: join(folder, 'f.yaml'), environment, queue: 'none' });

  expect(withoutKeys(environment, plan)).toEqual({ PATH: '/bin', SLACK_TOKEN: 'theirs', EMPTY: '' });
});
