import type { Command } from 'commander';
import type { Context, ExitCode } from '../context.ts';
import * as values from '../line/option-values.ts';
import type { Usage } from '../line/usage.ts';

const dryRun = ['--dry-run', 'only tell what would be done; asks the host nothing'] as const;
const json = ['--json', 'one JSON object a line'] as const;

/** The commands that change the account itself and move no bytes. @param then runs one, and keeps its exit code */
export function addAccountCommands(
  program: Command,
  { checkedEach }: Pick<Usage, 'checkedEach'>,
  context: Context,
  then: (work: Promise<ExitCode>) => Promise<void>,
): void {
  const paths = checkedEach('a path', values.notEmpty);
  program
    .command('mkdir')
    .description('make folders in the account')
    .argument('<paths...>', 'account paths', paths)
    .option('-p, --parents', 'and all that are missing on the way to them')
    .option(...dryRun)
    .option(...json)
    .action((paths: string[], options) =>
      then(import('./mkdir.ts').then(({ mkdir }) => mkdir(context, paths, options))),
    );
  program
    .command('mv')
    .description('move or rename files and folders of the account; nothing is replaced')
    .argument(
      '<paths...>',
      'account paths, also with *, ? or [...], and at last a folder or a new name in one',
      paths,
    )
    .option(...dryRun)
    .option(...json)
    .action((words: string[], options) =>
      then(import('./mv.ts').then(({ mv }) => mv(context, words, options))),
    );
  program
    .command('cp')
    .description('copy files and folders of the account at the host, without sending a byte')
    .argument(
      '<paths...>',
      'account paths, also with *, ? or [...], and at last a folder or a new name in one',
      paths,
    )
    .option('-r, --recursive', 'folders too, with all that is in them')
    .option(...dryRun)
    .option(...json)
    .action((words: string[], options) =>
      then(import('./mv.ts').then(({ cp }) => cp(context, words, options))),
    );
  program
    .command('rm')
    .description('move files and folders of the account into its trash')
    .argument('<paths...>', 'account paths, also with *, ? or [...]', paths)
    .option('-r, --recursive', 'folders too, with all that is in them')
    .option(...dryRun)
    .option(...json)
    .action((paths: string[], options) =>
      then(import('./rm.ts').then(({ rm }) => rm(context, paths, options))),
    );
  program
    .command('share')
    .description('show folders of the account to everybody who has the address of their page')
    .argument('<paths...>', 'account paths of folders, also with *, ? or [...]', paths)
    .option('--end', 'show them to nobody any more')
    .option(...dryRun)
    .option(...json)
    .action((paths: string[], options) =>
      then(import('./share.ts').then(({ share }) => share(context, paths, options))),
    );
  const numbers = checkedEach('the number', values.wholeNumber(1, 1_000_000_000));
  const trash = program
    .command('trash')
    .description('what was removed from the account and can be taken back')
    .option(...json)
    .action((options) => then(import('./trash.ts').then(({ trash }) => trash(context, options))));
  trash
    .command('restore')
    .description('put it where it was')
    .argument('<numbers...>', 'as passerelle trash shows them', numbers)
    .action((given: string[], _options, command: Command) =>
      then(import('./trash.ts').then(({ restore }) => restore(context, given, command.optsWithGlobals()))),
    );
  trash
    .command('empty')
    .description('remove for good all that lies there')
    .action((_options, command: Command) =>
      then(import('./trash.ts').then(({ empty }) => empty(context, command.optsWithGlobals()))),
    );
}
