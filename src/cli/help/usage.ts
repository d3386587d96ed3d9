import type { Command } from 'commander';
import { TableOption } from '../options/option-table.js';

/** `batchai fabrics show <file> --input <file> [options]`; `batchai cache <command> [options]` where there is no more to it. */
export function usageOf(command: Command): string {
  const takes = command.registeredArguments.map((one) =>
    one.required ? `<${one.name()}>` : `[${one.name()}]`,
  );
  const options = command.options.filter((option) => option instanceof TableOption);
  const required = options.filter((option) => option.isRequired).map(({ flags }) => longOf(flags));
  return [
    ...pathOf(command),
    ...(command.commands.length > 0 ? ['<command>'] : []),
    ...takes,
    ...required,
    ...(options.length > 0 || command.commands.length > 0 ? ['[options]'] : []),
  ].join(' ');
}

/** `batchai`, `queue`, `status`. */
export function pathOf(command: Command): string[] {
  return [...(command.parent === null ? [] : pathOf(command.parent)), command.name()];
}

/** `--fabric <fabric>` of `-f, --fabric <fabric>`. */
export function longOf(flags: string): string {
  return flags.replace(/^-\w, /, '');
}
