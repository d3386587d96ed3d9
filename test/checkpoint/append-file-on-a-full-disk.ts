import { truncateSync } from 'node:fs';
import { openAppendFile } from '../../src/checkpoint/append-file.js';

/**
 * A program for a test, started where no file may have more than 1,024 bytes: the second part does not fit.
 * Then somebody makes room.
 */
const [path = ''] = process.argv.slice(2);
const file = await openAppendFile(path, 0, false);
const outcome = (work: Promise<unknown>) =>
  work.then(
    (value) => value ?? 'done',
    (error) => error.code,
  );

await file.append('x'.repeat(500));
const said = [await outcome(file.write().then(({ bytes }) => bytes))];
await file.append('y'.repeat(2_000));
said.push(await outcome(file.write()));
truncateSync(path, 500);
said.push(await outcome(file.write()), await outcome(file.sync()));
await file.close();
console.log(JSON.stringify(said));
