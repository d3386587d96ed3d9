import { nearestName } from '../../fabric/prompt/nearest-name.js';
import { shownName } from '../../rows/header-names.js';

/** The most names of columns that a message lists. */
const MOST_LISTED = 30;

/** `no column "ids", perhaps "id"`, or `no columns "ids" (perhaps "id"), "x"`: all that are missing, at once. */
export function noSuchColumns(missing: readonly string[], columns: readonly string[]): string {
  const named = [...new Set(missing)].map((name) => ({
    name: shownName(name),
    nearest: nearestName(name, columns),
  }));
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0)
    return `no column ${only.name}${only.nearest === undefined ? '' : `, perhaps ${shownName(only.nearest)}`}`;
  return `no columns ${named
    .map(({ name, nearest }) => `${name}${nearest === undefined ? '' : ` (perhaps ${shownName(nearest)})`}`)
    .join(', ')}`;
}

/** The first of many names, for the end of a message. */
export function shortened(names: readonly string[]): string {
  const some = names.slice(0, MOST_LISTED).join(', ');
  return names.length > MOST_LISTED ? `${some}, …` : some;
}
