/** `npm run docs`: writes docs/reference/ anew, from the option tables and types of the source. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fabricSchema } from './fabric-schema.js';
import { referencePages } from './reference-pages.js';

const FOLDER = new URL('../reference/', import.meta.url);

const pages = referencePages();
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER);
for (const [name, text] of pages) await writeFile(new URL(name, FOLDER), text);
await writeFile(new URL('fabric-file.schema.json', FOLDER), `${JSON.stringify(fabricSchema(), null, 2)}\n`);
