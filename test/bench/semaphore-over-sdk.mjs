// What people write themselves: a semaphore over the official SDK, which retries by itself.
//
//   node semaphore-over-sdk.mjs <rows.csv> <out.csv> <base URL> <calls in flight>
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import OpenAI from 'openai';
import pLimit from 'p-limit';

const [input = '', output = '', baseURL = '', places = '1'] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'bench-key', maxRetries: 10 });
const limit = pLimit(Number(places));

/** @type {Record<string, string>[]} */
const rows = parse(readFileSync(input), { columns: true });
const answers = await Promise.all(
  rows.map((row) =>
    limit(async () => {
      const content = `Article ${row.id}: ${row.name}`;
      const reply = await client.chat.completions.create({
        model: 'gpt-6-luna',
        messages: [{ role: 'user', content }],
      });
      return reply.choices[0]?.message.content ?? '';
    }),
  ),
);
writeFileSync(output, answers.map((answer, index) => `${rows[index]?.id},${answer}\n`).join(''));
