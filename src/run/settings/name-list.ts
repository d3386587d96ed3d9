/** A name of a list; in quotes it may hold commas, equals signs and blanks at its ends. */
const NAME = /\s*(?:"((?:[^"]|"")*)"|([^",=][^,=]*)?)\s*/y;

/** A name, and what may be given to the right of an equals sign. */
export interface ListedName {
  readonly name: string;
  readonly from?: string;
}

/**
 * Reads a list such as `a,"Date, from",text="b=c"`, with quotes as CSV has them.
 *
 * @returns undefined where it is none: a name is empty, or a quote does not close.
 */
export function parseNameList(text: string): ListedName[] | undefined {
  const names: ListedName[] = [];
  for (let at = 0; ; at++) {
    const left = nameAt(text, at);
    if (left === undefined) return undefined;
    at = left.end;
    if (text[at] === '=') {
      const right = rightAt(text, at + 1);
      if (right === undefined) return undefined;
      names.push({ name: left.name, from: right.name });
      at = right.end;
    } else names.push({ name: left.name });
    if (at === text.length) return names;
    if (text[at] !== ',') return undefined;
  }
}

/** A name as a list takes it. */
export function nameInList(name: string): string {
  return /[",=]/.test(name) || name !== name.trim() ? `"${name.replaceAll('"', '""')}"` : name;
}

interface FoundName {
  readonly name: string;
  readonly end: number;
}

function nameAt(text: string, at: number): FoundName | undefined {
  NAME.lastIndex = at;
  const [whole = '', quoted, bare = ''] = NAME.exec(text) ?? [];
  const name = quoted?.replaceAll('""', '"') ?? bare.trim();
  return name === '' ? undefined : { name, end: at + whole.length };
}

/** What stands to the right goes to the next comma, further equals signs included. */
function rightAt(text: string, at: number): FoundName | undefined {
  if (/^\s*"/.test(text.slice(at))) return nameAt(text, at);
  const comma = text.indexOf(',', at);
  const end = comma === -1 ? text.length : comma;
  const name = text.slice(at, end).trim();
  return name === '' ? undefined : { name, end };
}
