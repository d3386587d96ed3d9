/** Where defaults for options stand, in the folder that a command is run in. */
export const SETTINGS_FILE = 'batchai.yaml';

/** A default for an option, from the settings file. */
export interface Setting {
  /** `rate-limit`, as the option is called. */
  readonly name: string;
  /** As if it had been typed: a text, several, or true and false for an option without a value. */
  readonly value: string | readonly string[] | boolean;
  /** The name of the profile that has it; undefined: it is for all. */
  readonly profile: string | undefined;
}
