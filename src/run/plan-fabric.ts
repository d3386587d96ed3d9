import { LOCAL_FABRICS, type LocalFabricName } from '../fabric/local/catalogue.js';
import { SetUpError } from './set-up-error.js';
import type { RunSettings } from './settings.js';

export type FabricPlan =
  | { readonly kind: 'promptha'; readonly id: string; readonly baseUrl: string; readonly apiKey: string }
  | { readonly kind: 'local'; readonly id: string; readonly name: LocalFabricName };

const LOCAL = 'local:';

/** @throws SetUpError where the fabric is not known here, or where a hosted one lacks its key. */
export function decideFabric(settings: Pick<RunSettings, 'fabric' | 'baseUrl' | 'apiKey'>): FabricPlan {
  const id = settings.fabric.trim();
  if (id === '')
    throw new SetUpError('--fabric is empty; give a fabric id, or local:<name> (see: batchai fabrics)');
  if (id.startsWith(LOCAL)) return { kind: 'local', id, name: localName(id.slice(LOCAL.length)) };
  if (/\.(ya?ml)$/i.test(id)) {
    throw new SetUpError(`${id}: fabric files cannot be run yet; give a Promptha fabric id, or local:<name>`);
  }
  const baseUrl = checkBaseUrl(settings.baseUrl);
  if (settings.apiKey === undefined || settings.apiKey === '') {
    throw new SetUpError(
      `the fabric "${id}" is hosted at Promptha and needs a key: set PROMPTHA_API_KEY (or use local:<name>, which needs none)`,
    );
  }
  if (/[^\x21-\x7e]/.test(settings.apiKey)) {
    throw new SetUpError('PROMPTHA_API_KEY holds a character that no key has (a space or a line end?)');
  }
  return { kind: 'promptha', id, baseUrl, apiKey: settings.apiKey };
}

function localName(name: string): LocalFabricName {
  const found = LOCAL_FABRICS.find((fabric) => fabric.name === name);
  if (found !== undefined) return found.name;
  const known = LOCAL_FABRICS.map((fabric) => LOCAL + fabric.name).join(', ');
  throw new SetUpError(`there is no on-device fabric "${LOCAL}${name}"; there are ${known}`);
}

function checkBaseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new SetUpError(`--base-url: wanted a URL such as https://api.promptha.com/v1, got "${text}"`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SetUpError(`--base-url: wanted an http or https URL, got ${url.protocol}//`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new SetUpError('--base-url must hold no user, password or query: they would be written to logs');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}
