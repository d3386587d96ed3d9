import { Liquid, type Template, TypeGuards } from 'liquidjs';
import { ExactNumber } from '../../json/exact-number.js';

/**
 * Has the numbers that are written in templates, and in the files that these include, keep their digits: LiquidJS
 * makes JavaScript's numbers of them, so that `id == 9007199254740993` would hold for 9007199254740992.
 */
export function keepLiteralDigits(engine: Liquid): void {
  const parse = engine.parse.bind(engine);
  engine.parse = (html, path) => withDigits(parse(html, path));
  const parsePartial = engine._parsePartialFile.bind(engine);
  engine._parsePartialFile = function* (...args) {
    const parsed = yield* parsePartial(...args);
    return typeof parsed === 'string' ? parsed : withDigits(parsed);
  };
}

/** Looks through all that templates are made of: expressions stand in other members of each kind of tag. */
function withDigits(templates: Template[]): Template[] {
  const seen = new Set<object>();
  const toSee: unknown[] = [templates];
  while (toSee.length > 0) {
    const item = toSee.pop();
    if (typeof item !== 'object' || item === null || item instanceof Liquid || seen.has(item)) continue;
    seen.add(item);
    if (TypeGuards.isNumberToken(item))
      Object.assign(item, { content: exactly(item.getText(), item.content) });
    else toSee.push(...Object.values(item));
  }
  return templates;
}

/** Only where no JavaScript number says the same: filters and loops reckon with those. */
function exactly(digits: string, number: unknown): unknown {
  const exact = new ExactNumber(digits);
  return exact.equals(number) ? number : exact;
}
