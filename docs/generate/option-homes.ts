import type { OptionRow } from '../../src/cli/options/option-table.js';
import type { CommandEntry } from './command-tree.js';

/** An option that is described at an earlier command, and how it is here. */
export interface SharedOption {
  readonly row: OptionRow;
  /** Where it is described. */
  readonly home: { readonly command: string; readonly row: OptionRow };
}

/** A command, with each of its options described here or at an earlier command. */
export interface HousedCommand {
  readonly entry: CommandEntry;
  readonly own: readonly OptionRow[];
  readonly shared: readonly SharedOption[];
}

/** Describes each option once, at the first command that has it. */
export function withHomes(entries: readonly CommandEntry[]): HousedCommand[] {
  const homes = new Map<string, SharedOption['home']>();
  return entries.map((entry) => {
    const own = entry.options.filter((row) => !homes.has(keyOf(row)));
    const shared = entry.options.flatMap((row) => {
      const home = homes.get(keyOf(row));
      return home === undefined ? [] : [{ row, home }];
    });
    for (const row of own) homes.set(keyOf(row), { command: entry.name, row });
    return { entry, own, shared };
  });
}

/** Options of one home together, in the order of their homes' first ones. */
export function byHome(shared: readonly SharedOption[]): ReadonlyMap<string, readonly SharedOption[]> {
  const groups = new Map<string, SharedOption[]>();
  for (const one of shared) groups.set(one.home.command, [...(groups.get(one.home.command) ?? []), one]);
  return groups;
}

/** Two rows that say the same of the same flags are one option. */
function keyOf({ flags, meaning }: OptionRow): string {
  return `${flags}\n${meaning}`;
}
