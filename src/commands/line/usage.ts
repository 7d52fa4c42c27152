import type { Command, CommanderError } from 'commander';
import { typingFault, unknownCommand } from './typing-faults.ts';

/** A command that was typed wrongly, with everything that is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** `fix`, `tree plan`; empty for `passerelle` itself. */
  readonly command: string;

  constructor(command: string, wrongs: readonly string[]) {
    super(wrongs.join('\n'));
    this.command = command;
  }
}

/** Options that only make sense together, or not at all together. */
export type OptionRule = (options: Readonly<Record<string, unknown>>, args: readonly unknown[]) => string[];

/** `these` say nothing unless `other` is there. */
export function only(other: string, these: readonly string[]): OptionRule {
  return (options) =>
    isGiven(options, other)
      ? []
      : these
          .filter((one) => isGiven(options, one))
          .map((one) => `${one} says something only together with ${other}`);
}

/** `one` stands alone: none of `others` fits it. */
export function alone(one: string, others: readonly string[]): OptionRule {
  return (options) =>
    isGiven(options, one)
      ? others
          .filter((other) => isGiven(options, other))
          .map((other) => `${other} does not fit ${one}; leave one of them out`)
      : [];
}

/** Whether an option was typed; for options without a default. */
export function isGiven(options: Readonly<Record<string, unknown>>, flag: string): boolean {
  return (
    options[flag.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())] !==
    undefined
  );
}

/** What was typed, read before anything is done with it. */
export interface Usage {
  /**
   * Makes the reader of `option`; the text goes on as it was typed.
   * @param why what is wrong with it, after the name of the option; undefined when nothing is
   */
  checked(option: string, why: (text: string) => string | undefined): (text: string) => string;
  /** The same where there may be several: of an argument, or of an option that is given again. */
  checkedEach(
    option: string,
    why: (text: string) => string | undefined,
  ): (text: string, before?: readonly string[]) => string[];
  /** What has to hold between the options of a command. */
  rule(command: Command, ...own: readonly OptionRule[]): void;
  /** Tells in our words what the library refuses, of this command and those below it, with what was noted by then. */
  follow(command: Command): void;
  /** `help` of a command that is not there. @throws UsageError */
  checkHelp(program: Command, args: readonly string[]): void;
  /** @throws UsageError with everything that is wrong */
  check(command: Command): void;
}

/**
 * Collects what is wrong with what was typed, so that all of it is told at once: readers note it, and `check`, which
 * runs before any command does anything, throws it.
 */
export function createUsage(): Usage {
  const wrongs: string[] = [];
  const rules = new Map<Command, readonly OptionRule[]>();

  function follow(command: Command): void {
    command.exitOverride((error: CommanderError) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      throw new UsageError(nameOf(command), [...wrongs, typingFault(command, error)]);
    });
    command.commands.forEach(follow);
  }

  const checked: Usage['checked'] = (option, why) => (text) => {
    const wrong = why(text);
    const not = wrong?.startsWith('must') ? `, not ${JSON.stringify(text)}` : '';
    if (wrong !== undefined) wrongs.push(`${option} ${wrong}${not}`);
    return text;
  };

  return {
    checked,
    checkedEach(option, why) {
      const read = checked(option, why);
      return (text, before = []) => [...before, read(text)];
    },
    rule(command, ...own) {
      rules.set(command, own);
    },
    follow,
    checkHelp(program, args) {
      const at = args.indexOf('help');
      let command: Command | undefined = program;
      for (const word of args.slice(0, Math.max(at, 0)))
        command = command?.commands.find((one) => one.name() === word);
      const [wanted] = args.slice(at + 1);
      if (at < 0 || !command || command.commands.length === 0 || !wanted || wanted.startsWith('-')) return;
      const isKnown = wanted === 'help' || command.commands.some((one) => one.name() === wanted);
      if (!isKnown) throw new UsageError(nameOf(command), [unknownCommand(command, wanted)]);
    },
    check(command) {
      const options = command.optsWithGlobals();
      const broken = (rules.get(command) ?? []).flatMap((rule) => rule(options, command.processedArgs));
      const all = [...wrongs, ...broken];
      if (all.length > 0) throw new UsageError(nameOf(command), all);
    },
  };
}

/** The words behind `passerelle`. */
function nameOf(command: Command): string {
  const parent = command.parent;
  if (!parent) return '';
  return parent.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}
