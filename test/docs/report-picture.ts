/**
 * Makes docs/report.png, the picture of a report in the README, from a run of this program against the fake service:
 *
 *     npm run build && npx tsx test/docs/report-picture.ts
 *
 * The run has 6,000 rows of products, answers that take a second or so, rows that the service refuses, and errors
 * that a retry mends. It takes about a minute.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { type Behaviour, type ModelRequest, startFakeModelServer } from '../support/fake-model-server.js';
import { findChromium } from '../support/find-chromium.js';
import { openReport } from '../support/open-page.js';
import { seededRandom } from '../support/seeded-random.js';

const PICTURE = fileURLToPath(new URL('../../docs/report.png', import.meta.url));
const BATCHAI = fileURLToPath(new URL('../../bin/batchai.js', import.meta.url));
const FINISHED_WITH_DEAD_LETTERS = 3;
const ROWS = 6000;
const SIZE = { width: 1080, height: 830 };
const KEY = 'test-key';

const random = seededRandom(20_261_129);
const materials = ['linen', 'oak', 'steel', 'wool', 'glass', 'cork'];
const things = ['apron', 'bowl', 'lamp', 'blanket', 'jug', 'board'];

const folder = await mkdtemp(join(tmpdir(), 'batchai-picture-'));
const service = await startFakeModelServer({ apiKey: KEY, latencyMs, behave });
try {
  await writeFile(join(folder, 'products.csv'), products());
  await writeFile(join(folder, 'describe.yaml'), fabricFile(service.url));
  const options = ['--concurrency', '120', '--price', 'input=0.1,output=0.5', '--no-progress'];
  await batchai('run', 'products.csv', '--fabric', 'describe.yaml', '-o', 'described.csv', ...options);
  await batchai('report', 'described.csv');
  await takePicture(pathToFileURL(join(folder, 'described.csv.report.html')));
} finally {
  await service.close();
  await rm(folder, { recursive: true });
}

function products(): string {
  const lines = Array.from({ length: ROWS }, (_, index) => {
    const [material, thing] = [materials, things].map((words) => words[Math.floor(random() * words.length)]);
    return `${String(index + 1).padStart(5, '0')},${material} ${thing} no. ${index + 1},${material}`;
  });
  return `sku,name,material\n${lines.join('\n')}\n`;
}

function fabricFile(baseUrl: string): string {
  return `provider: openai
model: gpt-6-luna
baseUrl: ${baseUrl}
keyEnv: OPENAI_API_KEY
limits: { requests: none }
prompt: Describe the {{ name }}, made of {{ material }}, in one sentence.
`;
}

/** Slower in the middle of the run than at its ends, with a long tail. */
function latencyMs(): number {
  const through = service.requests.length / ROWS;
  const load = 1 + 0.6 * Math.sin(Math.PI * Math.min(through, 1));
  return 500 * load * Math.exp(0.4 * gaussian());
}

function behave(_request: ModelRequest, nthCall: number): Behaviour | undefined {
  const chance = random();
  if (nthCall === 1 && chance < 0.012) return { kind: 'status', status: 500 };
  if (nthCall === 1 && chance < 0.018) {
    return {
      kind: 'status',
      status: 400,
      body: { error: { message: 'Invalid prompt.', code: 'invalid_prompt' } },
    };
  }
  return undefined;
}

/** Box and Muller's method. */
function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

async function batchai(...args: string[]): Promise<void> {
  const env = { ...process.env, OPENAI_API_KEY: KEY };
  await promisify(execFile)(process.execPath, [BATCHAI, ...args], { cwd: folder, env }).catch((error) => {
    if (error.code !== FINISHED_WITH_DEAD_LETTERS) throw error;
  });
}

async function takePicture(url: URL): Promise<void> {
  const browser = await chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    args: ['--no-sandbox'],
  });
  try {
    const { page } = await openReport(browser, url, { viewport: SIZE, colorScheme: 'light' });
    await page.screenshot({ path: PICTURE });
  } finally {
    await browser.close();
  }
}
