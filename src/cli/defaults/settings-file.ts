import type { Option } from 'commander';
import { FabricFileError, type FabricFileProblem } from '../../fabric/file/fabric-file-error.js';
import { shown } from '../../fabric/file/field-value.js';
import { readTextFile } from '../../fabric/file/read-text-file.js';
import { type Path, YamlSource } from '../../fabric/file/yaml-source.js';
import { didYouMean, nearestName } from '../../fabric/prompt/nearest-name.js';
import { OptionError } from '../../run/settings/option-parsers.js';
import { TableOption } from '../options/option-table.js';
import { SETTINGS_FILE, type Setting } from './setting.js';

/** What belongs to one run, and would send every run to the same place. */
const OF_ONE_RUN: ReadonlySet<string> = new Set([
  ...['output', 'checkpoint', 'dead-letters', 'overwrite', 'dry-run', 'profile'],
  ...['page', 'csv', 'input', 'row', 'from', 'force'],
]);

/**
 * Reads the defaults of a settings file, those of a profile over those for all.
 *
 * @param options all options of all commands.
 * @throws FabricFileError with everything that is wrong, each with its line; OptionError for an unknown profile.
 */
export async function readSettingsFile(
  options: readonly Option[],
  profile: string | undefined,
  path = SETTINGS_FILE,
): Promise<Setting[]> {
  const read = await readTextFile(path);
  if ('problem' in read) throw new FabricFileError([{ file: path, text: read.problem }]);
  const source = new YamlSource(read.text);
  const inYaml = source.problems().map(({ line, text }) => ({ file: path, line, text }));
  if (inYaml.length > 0) throw new FabricFileError(inYaml);
  const reading = new Reading(path, source, byName(options));
  const { profiles, ...forAll } = reading.object(source.value() ?? {}, []);
  const named = profiles === undefined ? {} : reading.object(profiles, ['profiles']);
  const settings = reading.settings(forAll, [], undefined);
  const ofProfiles = Object.entries(named).map(([name, value]) => ({
    name,
    settings: reading.settings(reading.object(value, ['profiles', name]), ['profiles', name], name),
  }));
  if (reading.problems.length > 0)
    throw new FabricFileError([...reading.problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  if (profile === undefined) return settings;
  const chosen = ofProfiles.find(({ name }) => name === profile);
  if (chosen === undefined) throw unknownProfile(profile, Object.keys(named), path);
  const own = new Set(chosen.settings.map(({ name }) => name));
  return [...settings.filter(({ name }) => !own.has(name)), ...chosen.settings];
}

/** By the name that a person writes: `dedupe` of `--no-dedupe`. An option stands once, however many commands have it. */
function byName(options: readonly Option[]): ReadonlyMap<string, Option> {
  const found = new Map<string, Option>();
  for (const option of options) {
    const name = option.long?.replace(/^--(?:no-)?/, '');
    if (name === undefined || !(option instanceof TableOption)) continue;
    // Of --batch-api and --no-batch-api, the one that takes both.
    if (!found.has(name) || found.get(name)?.negate) found.set(name, option);
  }
  return found;
}

class Reading {
  readonly problems: FabricFileProblem[] = [];

  constructor(
    readonly file: string,
    readonly source: YamlSource,
    readonly options: ReadonlyMap<string, Option>,
  ) {}

  settings(values: Readonly<Record<string, unknown>>, at: Path, profile: string | undefined): Setting[] {
    return Object.entries(values).flatMap(([name, value]) => {
      const option = this.options.get(name);
      if (option === undefined || OF_ONE_RUN.has(name)) {
        this.#note([...at, name], option === undefined ? this.#unknown(name) : OF_A_RUN);
        return [];
      }
      const typed = typedValue(option, value);
      if ('value' in typed) return [{ name, value: typed.value, profile }];
      this.#note([...at, name], `wanted ${typed.wanted}, got ${shown(value)}`);
      return [];
    });
  }

  object(value: unknown, at: Path): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    this.#note(at, `wanted options by their names, such as concurrency: 20, got ${shown(value)}`);
    return {};
  }

  #unknown(name: string): string {
    const bare = name.replace(/^--/, '');
    const known = [...this.options.keys()].filter((one) => !OF_ONE_RUN.has(one));
    const nearest = this.options.has(bare) ? bare : nearestName(bare, [...known, 'profiles']);
    return `there is no such option${nearest === undefined ? ' (see: batchai run --help)' : `, perhaps "${nearest}"`}`;
  }

  #note(at: Path, text: string): void {
    this.problems.push({
      file: this.file,
      line: this.source.lineOf(at),
      where: at.map(String).join('.'),
      text,
    });
  }
}

const OF_A_RUN = 'it belongs to one run: give it on the command line';

type TypedValue = Pick<Setting, 'value'> | { readonly wanted: string };

/** What a value would be if it were typed, or what is wanted in its place. */
function typedValue(option: Option, value: unknown): TypedValue {
  if (typeof value === 'boolean') return option.required ? { wanted: 'a value' } : { value };
  if (!option.required && !option.optional) return { wanted: 'true or false' };
  if (typeof value === 'string' || typeof value === 'number') return { value: String(value) };
  const isRepeatable = option instanceof TableOption && option.row.repeatable === true;
  if (isRepeatable && isTexts(value)) return { value };
  return { wanted: isRepeatable ? 'a text, or a list of texts' : 'a text or a number' };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function unknownProfile(profile: string, names: readonly string[], path: string): OptionError {
  const known = names.length === 0 ? 'it has none' : `there are ${names.join(', ')}`;
  return new OptionError(
    `--profile: ${path} has no profile "${profile}"; ${known}${didYouMean(profile, names)}`,
  );
}
