import { createRequire } from 'node:module';

/** The built program with other timings: `hurried-batchai.mjs <timings as JSON> <what is typed after batchai>`. */
const { runInThisProcess } = createRequire(import.meta.url)('../../dist/main.cjs');
const [timings = '{}', ...argv] = process.argv.slice(2);

await runInThisProcess(argv, JSON.parse(timings));
