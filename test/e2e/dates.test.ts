import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { fakeModelForTest } from '../support/fake-model-for-test.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { API_KEY } from './workbench.js';

const DATES = fileURLToPath(new URL('../../fixtures/dates-of-all-kinds.csv', import.meta.url));
const FABRIC = `provider: openai
model: gpt-4o-mini
keyEnv: TEST_KEY
prompt: '{{ what }}: {{ date | date: "%Y-%m-%d %H:%M %z" }}, {{ date | date: "%c" }}'
`;

const READ = [
  'a day: 2026-03-29 00:00 +0000, 3/29/2026, 12:00:00 AM',
  'a month: 2026-03-01 00:00 +0000, 3/1/2026, 12:00:00 AM',
  'between summer and winter: 2026-03-29 02:30 +0000, 3/29/2026, 2:30:00 AM',
  'the same in UTC: 2026-03-29 01:30 +0000, 3/29/2026, 1:30:00 AM',
  'with an offset: 2026-03-29 02:30 +0500, 3/29/2026, 2:30:00 AM',
  'of a mail: 2026-03-29 10:00 +0000, 3/29/2026, 10:00:00 AM',
  'of an American mail: 2026-03-29 10:00 -0500, 3/29/2026, 10:00:00 AM',
  'in words: 2026-03-29 00:00 +0000, 3/29/2026, 12:00:00 AM',
  'seconds: 2026-03-29 01:30 +0000, 3/29/2026, 1:30:00 AM',
  'a year: 1970-01-01 00:33 +0000, 1/1/1970, 12:33:46 AM',
  'German: 31.12.2025, 31.12.2025',
  'German or American: 2026-03-04 00:00 +0000, 3/4/2026, 12:00:00 AM',
  'none: soon, soon',
];

it.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati'])(
  'a date reads the same on a machine in %s',
  async (zone) => {
    const service = await fakeModelForTest({ apiKey: API_KEY });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'fabric.yaml'), `${FABRIC}baseUrl: ${service.url}\n`);

    const { code, stderr } = await runBatchai(
      ['run', DATES, '--fabric', 'fabric.yaml', '-o', 'out.csv', '--rate-limit', 'none', '-c', '1'],
      {
        cwd: folder,
        env: { TEST_KEY: API_KEY, TZ: zone, LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
      },
    );

    const prompts = service.requests.map(({ messages }) => messages.at(-1)?.content.replace(/\s/g, ' '));
    expect(code, stderr).toBe(0);
    expect(prompts).toEqual(READ);
  },
);
