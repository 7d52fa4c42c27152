import type { Command, CommanderError } from 'commander';
import { nearest } from '../../core/nearest.ts';
import { shellWord } from '../../core/shell-word.ts';

/** What is wrong with the words behind a command, as the library found it, in ours. */
export function typingFault(command: Command, { code, message }: CommanderError): string {
  switch (code) {
    case 'commander.unknownCommand':
      return unknownCommand(command, command.args[0] ?? '');
    case 'commander.excessArguments':
      return tooMuch(command);
    case 'commander.unknownOption': {
      const [flag = ''] = quotedIn(message).split('=');
      return /^-\w$/.test(flag) ? noSuchLetter(flag, command) : noSuch('option', flag, flagsOf(command));
    }
    case 'commander.missingArgument':
      return `<${quotedIn(message)}> is missing`;
    case 'commander.optionMissingArgument': {
      const flags = quotedIn(message);
      return `${flags.split(' ')[0]} wants something behind it: ${flags}`;
    }
    default:
      return message.replace(/^error: /, '');
  }
}

/** A word where the name of a command should stand. */
export function unknownCommand(command: Command, word: string): string {
  return noSuch('command', word, namesOf(command));
}

function tooMuch(command: Command): string {
  const { args, registeredArguments } = command;
  const extra = args[registeredArguments.length] ?? '';
  if (command.commands.length > 0) return unknownCommand(command, extra);
  const [flag] = nearest(`--${extra}`, flagsOf(command), 1);
  if (flag !== undefined) return `${JSON.stringify(extra)} is no option; did you mean ${flag}?`;
  const taken = registeredArguments.map((argument) => argument.name());
  if (taken.length === 0) return `it takes no words, and ${JSON.stringify(extra)} is one`;
  const isPath = taken.some((name) => name.startsWith('path'));
  const hint = isPath ? `; around a path with spaces put quotes: ${shellWord(args.join(' '))}` : '';
  return `it takes ${taken.length === 1 ? `one ${taken[0]}` : taken.join(' and ')}, and ${JSON.stringify(extra)} is too much${hint}`;
}

function noSuch(what: 'command' | 'option', word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return `there is no ${what} ${/^[\w-]{1,60}$/.test(word) ? word : JSON.stringify(word)}${hint}`;
}

/** Of one letter nothing is near: those that there are. */
function noSuchLetter(flag: string, { options }: Command): string {
  const meant = options.find(({ long }) => long?.startsWith(`-${flag}`))?.long;
  if (meant) return `there is no option ${flag}; did you mean ${meant}?`;
  const taken = [...options.flatMap(({ short, long }) => short ?? long ?? []), '--help'];
  const hint = flag === '-f' ? ', and nothing is asked before it is done' : '';
  return `there is no option ${flag}; it takes ${taken.join(', ')}${hint}`;
}

const namesOf = ({ commands }: Command) => commands.map((one) => one.name());
const flagsOf = ({ options }: Command) => [...options.flatMap(({ long }) => long ?? []), '--help'];

/** What the library quotes: a flag, a name. */
function quotedIn(message: string): string {
  const from = message.indexOf("'") + 1;
  const ends = ["'\n", "' argument missing"].map((end) => message.indexOf(end, from));
  if (message.endsWith("'")) ends.push(message.length - 1);
  const to = Math.min(...ends.filter((end) => end >= from));
  return from > 0 && to < message.length ? message.slice(from, to) : message;
}
