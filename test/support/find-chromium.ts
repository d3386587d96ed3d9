import { existsSync } from 'node:fs';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Where Chromium is, or where BATCHAI_CHROMIUM says; undefined: the tests of pages in a browser are left out. */
export function findChromium(): string | undefined {
  const places = [process.env.BATCHAI_CHROMIUM, ...USUAL_PLACES];
  return places.find((path) => path !== undefined && path !== '' && existsSync(path));
}
