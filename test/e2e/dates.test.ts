import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const DATES = fileURLToPath(new URL('../../fixtures/dates-of-all-kinds.csv', import.meta.url));
const FABRIC = `provider: openai
model: any
baseUrl: http://127.0.0.1:1/v1
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
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'fabric.yaml'), FABRIC);
    const show = (row: number) =>
      runBatchai(['fabrics', 'show', 'fabric.yaml', '--input', DATES, '--row', `${row}`], {
        cwd: folder,
        env: { TZ: zone, LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
      });

    const shown = await Promise.all(READ.map((_, index) => show(index + 1)));

    const prompts = shown.map(({ stdout }) => /"content": ?"([^"]*)"/.exec(stdout)?.[1]?.replace(/\s/g, ' '));
    expect(prompts, shown[0]?.stderr).toEqual(READ);
  },
);
