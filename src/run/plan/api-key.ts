import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import { nearestName } from '../../fabric/prompt/nearest-name.js';
import type { Environment } from '../settings/environment.js';
import { SetUpError } from '../settings/set-up-error.js';

const LOCAL_NAMES = LOCAL_FABRICS.map(({ name }) => name);

/** The key of a fabric is missing. */
export class MissingKeyError extends SetUpError {
  override readonly name = 'MissingKeyError';
}

/**
 * The key of a fabric, from the environment: never from an option, which a shell's history would keep.
 *
 * @throws SetUpError where there is none, or where it cannot be one.
 */
export function keyOf(
  fabric: { readonly name: string; readonly provider: string },
  keyEnv: string,
  environment: Environment,
): string {
  const key = environment[keyEnv];
  if (key === undefined || key === '') {
    const where = fabric.provider === 'promptha' ? ' is hosted at Promptha and' : '';
    const local = nearestName(fabric.name, LOCAL_NAMES) ?? '<name>';
    const instead = fabric.provider === 'promptha' ? ` (or use local:${local}, which needs none)` : '';
    throw new MissingKeyError(`the fabric "${fabric.name}"${where} needs a key: set ${keyEnv}${instead}`);
  }
  if (/[^\x21-\x7e]/.test(key)) {
    throw new SetUpError(`${keyEnv} holds a character that no key has (a space or a line end?)`);
  }
  return key;
}
