/** The built program with other timings: `hurried-batchai.mjs <timings as JSON> <what is typed after batchai>`. */
const { runInThisProcess } = await import(new URL('../../dist/main.js', import.meta.url).href);
const [timings = '{}', ...argv] = process.argv.slice(2);

await runInThisProcess(argv, JSON.parse(timings));
