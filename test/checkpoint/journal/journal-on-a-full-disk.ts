import { statSync, truncateSync } from 'node:fs';
import { Journal } from '../../../src/checkpoint/journal/journal.js';

/**
 * A program for a test, started where no file may have more than 1,024 bytes: the second line does not fit.
 * Then somebody makes a little room.
 */
const [folder = '', file = ''] = process.argv.slice(2);
const journal = new Journal(folder, [], (error) => console.log(`flush: ${error.message}`));
const lineOf = (row: number, length: number) => JSON.stringify({ row, answer: 'x'.repeat(length) });
const outcome = (line: Promise<void>) =>
  line.then(
    () => 'safe',
    (error) => error.code,
  );

const said = [
  await outcome(journal.append(lineOf(1, 100), 1)),
  await outcome(journal.append(lineOf(2, 2_000), 2)),
];
const sizeWhenFull = statSync(file).size;
truncateSync(file, sizeWhenFull - 200);
said.push(await outcome(journal.append(lineOf(3, 50), 3)));
await journal.close();
console.log(JSON.stringify({ said, sizeWhenFull }));
