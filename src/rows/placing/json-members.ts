/**
 * The text of a JSON object with other values for some of its members. All else stays byte for byte; what it has no
 * member for goes behind the others.
 *
 * @param members values as JSON, by name.
 * @example
 * withMembers('{"id": 1, "topic": null}', new Map([['topic', '"praise"']])); // {"id": 1, "topic": "praise"}
 */
export function withMembers(text: string, members: ReadonlyMap<string, string>): string {
  const places = new Map<string, MemberPlace>();
  // Of members of the same name, readers take the last.
  for (const place of placesOfMembers(text)) if (members.has(place.name)) places.set(place.name, place);
  let written = '';
  let from = 0;
  for (const { name, start, end } of [...places.values()].sort((a, b) => a.start - b.start)) {
    written += text.slice(from, start) + (members.get(name) ?? '');
    from = end;
  }
  written += text.slice(from);
  const missing = [...members].filter(([name]) => !places.has(name));
  if (missing.length === 0) return written;
  const open = written.slice(0, written.lastIndexOf('}')).trimEnd();
  const added = missing.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join();
  return `${open}${open.endsWith('{') ? '' : ','}${added}}`;
}

/** Where a member's value stands. */
interface MemberPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The members of the object itself, not of those within; the text has been read as JSON before. */
function* placesOfMembers(text: string): Generator<MemberPlace, void> {
  let at = afterSpace(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const name: unknown = JSON.parse(text.slice(at, nameEnd));
    const start = afterSpace(text, afterSpace(text, nameEnd) + 1);
    const end = endOfValue(text, start);
    yield { name: String(name), start, end };
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  if (text[start] !== '{' && text[start] !== '[') return endOfWord(text, start);
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    at++;
    if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at;
  }
  return text.length;
}

/** Behind its closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** A number, `true`, `false`, `null`, or one of the words that are read as text. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s,}\]]/.test(text.charAt(at))) at++;
  return at;
}
