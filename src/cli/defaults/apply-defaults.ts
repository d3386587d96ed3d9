import { existsSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { OptionError } from '../../run/settings/option-parsers.js';
import type { CliIo } from '../io.js';
import { TableOption } from '../options/option-table.js';
import { printAside } from '../print.js';
import { SETTINGS_FILE, type Setting } from './setting.js';

/** What commander calls values that come from a file and not from what was typed. */
const FROM_FILE = 'config';

/** Runs go on with the settings that they had: the file's defaults of today are no wish to change them. */
const GOES_ON: ReadonlySet<string> = new Set(['resume', 'retry']);

/**
 * Fills what was not typed from the settings file, and the environment from `--env-file`, and says so.
 *
 * @param allCommands makes the program with the options of all commands, which a settings file may have.
 * @returns the surroundings that the command runs in.
 * @throws OptionError, FabricFileError; CommanderError where a required option is neither typed nor in the file.
 */
export async function applyDefaults(allCommands: () => Command, command: Command, io: CliIo): Promise<CliIo> {
  const settings = await applySettingsFile(allCommands, command);
  checkRequired(command);
  const { envFile, quiet } = command.opts<{ envFile?: string; quiet?: boolean }>();
  const filled = envFile === undefined ? undefined : await filledFrom(envFile, io);
  const origins = [
    ...describeSettings(settings),
    ...(filled === undefined ? [] : [describeNames(envFile, filled.names)]),
  ];
  if (!quiet) for (const line of origins) printAside(io, `batchai: ${line}\n`);
  // Its streams open on first use: they are inherited, not copied.
  return filled === undefined ? io : Object.create(io, { env: { value: filled.environment } });
}

/** Node's asynchronous files load with it, which `--help` has no use for. */
async function filledFrom(envFile: string, io: CliIo) {
  const { withEnvFile } = await import('./env-file.js');
  return withEnvFile(io.env, envFile);
}

/** The settings that have taken effect. */
async function applySettingsFile(allCommands: () => Command, command: Command): Promise<Setting[]> {
  const { profile } = command.opts<{ profile?: string }>();
  if (!command.options.some((option) => option.long === '--profile')) return [];
  if (!existsSync(SETTINGS_FILE)) {
    if (profile === undefined) return [];
    throw new OptionError(`--profile: there is no ${SETTINGS_FILE} in this folder, which would have it`);
  }
  // YAML takes a while to load.
  const { readSettingsFile } = await import('./settings-file.js');
  const settings = await readSettingsFile(optionsOf(allCommands()), profile);
  return settings.filter((setting) => apply(setting, command));
}

function optionsOf(command: Command): Option[] {
  return [...command.options, ...command.commands.flatMap(optionsOf)];
}

/** Sets an option, where the command has it and it was not typed. */
function apply({ name, value }: Setting, command: Command): boolean {
  const option = command.options.find(({ long }) => long === `--${name}` || long === `--no-${name}`);
  if (option === undefined || (GOES_ON.has(command.name()) && name !== 'env-file')) return false;
  const attribute = option.attributeName();
  if (command.getOptionValueSource(attribute) === 'cli') return false;
  // They contradict each other, and what was typed counts.
  if (attribute === 'resume' && command.opts().overwrite === true) return false;
  command.setOptionValueWithSource(attribute, typed(value, option, command), FROM_FILE);
  return true;
}

/** What commander would have made of it; an option without a value that is off is one that was not typed. */
function typed(value: Setting['value'], option: Option, command: Command): Setting['value'] | undefined {
  if (typeof value === 'string' && option instanceof TableOption && option.row.repeatable) return [value];
  const canBeFalse = option.negate || command.options.some(({ long }) => long === `--no-${option.name()}`);
  return value === false && !canBeFalse ? undefined : value;
}

const HINTS: Readonly<Record<string, string>> = {
  fabric: ': batchai init writes a fabric file, batchai fabrics lists those that need no key',
};

/** Commander would check this before the file has been read. */
function checkRequired(command: Command): void {
  for (const option of command.options) {
    const isMissing =
      option instanceof TableOption &&
      option.isRequired &&
      command.getOptionValue(option.attributeName()) === undefined;
    if (isMissing)
      command.error(`error: required option '${option.flags}' not specified${HINTS[option.name()] ?? ''}`, {
        code: 'commander.missingMandatoryOptionValue',
      });
  }
}

function describeSettings(settings: readonly Setting[]): string[] {
  const profiles = [...new Set(settings.map(({ profile }) => profile))];
  return profiles.map((profile) => {
    const own = settings.filter((setting) => setting.profile === profile);
    const where = profile === undefined ? SETTINGS_FILE : `${SETTINGS_FILE}, profile ${profile}`;
    return `from ${where}: ${own.map(({ name }) => name).join(', ')}`;
  });
}

const MOST_NAMES = 8;

function describeNames(path: string | undefined, names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `from ${path}: ${names.length === 0 ? 'nothing, all of its variables are set already' : some + more}`;
}
