import { z } from 'zod';
import type { ViewQuery } from './view-forms.js';

const form = z.object({
  words: z.string().max(1_000).default(''),
  state: z.enum(['all', 'answered', 'failed', 'empty']).default('all'),
  kind: z.string().exactOptional(),
  equals: z.record(z.string(), z.string()).default({}),
  sort: z.object({ key: z.string(), descending: z.boolean() }).exactOptional(),
});

/** The query of a page as it sends it, in JSON; undefined where it is none. */
export function queryOf(text: string): ViewQuery | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const found = form.safeParse(value);
  return found.success ? found.data : undefined;
}

/** True where all rows are wanted, in their order. */
export function isForAll({ words, state, kind, equals, sort }: ViewQuery): boolean {
  return (
    words.trim() === '' &&
    state === 'all' &&
    kind === undefined &&
    Object.keys(equals).length === 0 &&
    sort === undefined
  );
}

/** The words of a query, in lower case. */
export function wordsOf({ words }: Pick<ViewQuery, 'words'>): readonly string[] {
  return words.toLowerCase().split(/\s+/).filter(Boolean);
}
