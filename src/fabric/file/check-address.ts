import { looksLikeKey } from './key-looks.js';

export const BASE_URLS = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
} as const;

/** The variables of the services' own keys. A key goes to another address only where the file names the key. */
export const KEY_VARIABLES = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  promptha: 'PROMPTHA_API_KEY',
} as const;

export type CheckedAddress = { readonly baseUrl: string } | { readonly problem: string };

/** An API's address without slashes at its end, or what is wrong with it. It never repeats a text that may be a key. */
export function checkBaseUrl(text: string): CheckedAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { problem: `wanted an address such as ${BASE_URLS.openai}, got something else` };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `wanted an http or https address, got ${url.protocol}//` };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      problem: 'wanted an address without a user or a password; keyEnv names the variable of the key',
    };
  }
  if (url.hash !== '') return { problem: 'wanted an address without a #' };
  const names = [...url.searchParams.keys()];
  if (names.length > 1 || (names.length === 1 && names[0] !== 'api-version')) {
    return { problem: 'wanted an address with no query but ?api-version=…' };
  }
  return { baseUrl: url.origin + url.pathname.replace(/\/+$/, '') + url.search };
}

/** What is wrong with a variable's name; undefined where nothing is. It never repeats it: it may be the key. */
export function keyEnvProblem(name: string): string | undefined {
  if (looksLikeKey(name) || name.includes('-') || name.length > 64) {
    return 'keyEnv is the name of the variable that holds the key, not the key itself';
  }
  return /^[A-Za-z_]\w*$/.test(name)
    ? undefined
    : 'wanted the name of a variable, such as OPENAI_API_KEY, got something else';
}
