import { Command, CommanderError, type Help, Option } from 'commander';
import { CommandHelp, type HelpNotes, type HelpScope } from './help/command-help.js';
import { UnknownWordError } from './unknown-word-error.js';

/** A program whose commands have options only where the command line may mean them: making all takes 7 ms of a start. */
export class MeantCommand extends Command {
  #notes: HelpNotes = {};
  #scope: HelpScope = 'short';

  /** @param words of the command line; undefined: every command is meant. */
  constructor(
    name?: string,
    private readonly words?: readonly string[],
  ) {
    super(name);
  }

  get isMeant(): boolean {
    return this.words === undefined || this.words.includes(this.name());
  }

  /** What its help has beside its options. */
  notes(notes: HelpNotes): this {
    this.#notes = notes;
    return this;
  }

  override createCommand(name?: string): MeantCommand {
    return new MeantCommand(name, this.words);
  }

  override createHelp(): Help {
    return new CommandHelp(this.#notes, this.#scope);
  }

  /** `--help-all` prints the help with every option, and ends as `--help` does. Not for a command that has others. */
  withHelpAll(): this {
    return this.addOption(new Option('--help-all')).on('option:help-all', () => {
      this.#scope = 'all';
      this.outputHelp();
      throw new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
    });
  }

  /** Commander calls it for the first option that a command does not have; its own ends in words of its own. */
  protected unknownOption(flag: string): never {
    const [word = flag] = flag.split('=');
    throw new UnknownWordError('option', word, [...this.options.flatMap(({ long }) => long ?? []), '--help']);
  }

  /** The same, for the first word after a command that has subcommands. */
  unknownCommand(): never {
    throw new UnknownWordError('command', this.args[0] ?? '', [
      ...this.commands.map((command) => command.name()),
      'help',
    ]);
  }
}
