import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meantFile } from '../../../src/fabric/file/meant-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

it('is the file of the kind beside it that has a name like that', async () => {
  const folder = await temporaryFolder();
  for (const name of ['reviews.yaml', 'reviws.csv', 'tickets.yaml']) await writeFile(join(folder, name), '');
  const meant = (name: string) => meantFile(join(folder, name), (other) => other.endsWith('.yaml'));

  expect(await meant('reviws.yaml')).toBe(` (did you mean ${join(folder, 'reviews.yaml')}?)`);
  expect(await meant('poems.yaml')).toBe('');
  expect(await meant('tickets.yaml')).toBe('');
  expect(await meantFile(join(folder, 'gone', 'x.yaml'), () => true)).toBe('');
});
