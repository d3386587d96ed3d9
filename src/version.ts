import { readFileSync } from 'node:fs';

/** Of batchai. The build puts the version itself here: the built program does not read its package.json. */
export const VERSION: string = versionIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function versionIn(packageJson: string): string {
  const { version } = JSON.parse(packageJson);
  if (typeof version !== 'string') throw new Error('wanted a version in package.json');
  return version;
}
