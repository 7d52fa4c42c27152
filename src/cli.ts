import { Command } from 'commander';
import { addAccountCommands } from './commands/account/register.ts';
import { type Context, type ExitCode, exitCodes, say } from './commands/context.ts';
import { explain } from './commands/explain.ts';
import * as values from './commands/line/option-values.ts';
import { overrideKinds, overrideOptions, saysSomething } from './commands/line/override-options.ts';
import { alone, createUsage, only } from './commands/line/usage.ts';
import { version } from './core/version.ts';

export { watchOutput } from './commands/line/output-watch.ts';

/**
 * Does what a command line says, and tells the person what went wrong.
 * @param args the words after `passerelle`
 * @returns the exit code
 */
export async function runCli(context: Context, args: readonly string[]): Promise<ExitCode> {
  // Each command is loaded when it is asked for: `recognise` starts without a server and a database.
  let exitCode: ExitCode = exitCodes.done;
  const then = async (work: Promise<ExitCode>) => {
    exitCode = await work;
  };

  const usage = createUsage();
  const { checked, checkedEach } = usage;
  const each = (what: string) => checkedEach(what, values.notEmpty);
  const limit = (max: number) => checked('--limit', values.wholeNumber(1, max));
  const program = new Command('passerelle')
    .description('Puts the folders of a 1fichier account into Jellyfin, Emby, Kodi and Plex')
    .version(version)
    .configureOutput({
      writeOut: (text) => void context.out.write(text),
      writeErr: (text) => void context.err.write(text),
      // What is wrong is told by `explain`.
      outputError: () => {},
    })
    .hook('preAction', (_program, command) => usage.check(command))
    .addHelpText(
      'after',
      '\nSettings come from the environment and config/passerelle.yaml; docs/settings.md lists them.',
    );

  program
    .command('serve')
    .description('sync and serve until told to stop')
    .option('--no-guide', 'end with 2 where no key is set, instead of showing the guide')
    .action((options) => then(import('./commands/serve.ts').then(({ serve }) => serve(context, options))));
  const sync = program
    .command('sync')
    .description('sync once: list the account, write the STRM tree')
    .option('--full', 'recognise everything anew and compare every file of the tree with the disk')
    .option('--dry-run', 'list the account and print what would change in the tree; write none of it')
    .option('--accept-removals', 'let removals go that are held back because they are too many')
    .option(
      '--plan',
      'print instead what is looked into in the next 24 hours, and why; asks the host nothing',
    )
    .option('--json', 'one JSON object at the end, or a step of the plan a line')
    .action((options) =>
      then(
        options.plan
          ? import('./commands/sync-plan.ts').then(({ syncPlan }) => syncPlan(context, options))
          : import('./commands/sync.ts').then(({ sync }) => sync(context, options)),
      ),
    );
  usage.rule(sync, alone('--plan', ['--full', '--dry-run', '--accept-removals']));
  program
    .command('ls')
    .description('what the catalog holds at an account path')
    .argument('[path]', 'account path', checked('the path', values.notEmpty), '/')
    .option('--json', 'one JSON object a line')
    .action((path: string, options) =>
      then(import('./commands/ls.ts').then(({ ls }) => ls(context, path, options))),
    );
  program
    .command('link')
    .description('the address of a file, as its STRM holds it')
    .argument('<path-or-id>', 'account path or 1fichier id', checked('the path', values.notEmpty))
    .option('--direct', 'a fresh direct link of the host instead (one API call; keep it to yourself)')
    .option('--json', 'one JSON object a line')
    .action((target: string, options) =>
      then(import('./commands/link.ts').then(({ link }) => link(context, target, options))),
    );
  program
    .command('add')
    .description(
      'copy files of others into the account by their links; from standard input when none are given',
    )
    .argument(
      '[links...]',
      'addresses of files or shared folders at 1fichier, or files of this machine that hold some',
      each('a link'),
    )
    .option(
      '--to <path>',
      'folder of the account; the first of library.roots if not given',
      checked('--to', values.notEmpty),
    )
    .option('--password <password>', 'of files that have one', checked('--password', values.shortText(200)))
    .option('--dry-run', 'print what would be copied; asks the host for nothing but shared folders')
    .option('--json', 'one JSON object a line')
    .action((links: string[], options) =>
      then(import('./commands/add.ts').then(({ add }) => add(context, links, options))),
    );
  program
    .command('put')
    .description('send files and folders of this machine into a folder of the account')
    .argument(
      '<files...>',
      'files, also with *, ? or [...]; and at last a folder of the account or a new name in one',
      each('a path'),
    )
    .option('-r, --recursive', 'folders too, with all that is in them')
    .option(
      '-p, --parents',
      'make the folder of the account, and all on the way to it, where they are missing',
    )
    .option('--force', 'replace other files of these names, which go into the trash')
    .option('--dry-run', 'print what would be sent, and what is in its way; send and make nothing')
    .option('--json', 'one JSON object a line')
    .action((words: string[], options) =>
      then(import('./commands/put/put.ts').then(({ put }) => put(context, words, options))),
    );
  addAccountCommands(program, usage, context, then);
  const inbox = program
    .command('inbox')
    .description('what waits in the inboxes (folders whose finished files are sent), and what was done')
    .option('--limit <count>', 'how many, at most 500', limit(500), '50')
    .option('--json', 'one JSON object')
    .action((options) => then(import('./commands/inbox.ts').then(({ inbox }) => inbox(context, options))));
  inbox
    .command('add')
    .description('files of an inbox are finished: send them now; for scripts of Sonarr, Radarr, qBittorrent')
    .argument(
      '[paths...]',
      'files or folders of an inbox; if none, what Sonarr or Radarr tell',
      each('a path'),
    )
    .option('--wait', 'until they are in the account')
    .option('--json', 'one JSON object a line')
    .action((paths: string[], _options, command: Command) =>
      then(
        import('./commands/inbox.ts').then(({ inboxAdd }) =>
          inboxAdd(context, paths, command.optsWithGlobals()),
        ),
      ),
    );
  program
    .command('get')
    .description('bring files of the account to this machine')
    .argument(
      '<path>',
      'account path of a file; with *, ? or [...] of several',
      checked('the path', values.notEmpty),
    )
    .argument('[to]', 'folder, or the name of the file', checked('the target', values.notEmpty))
    .option('-r, --recursive', 'a folder with all that is in it')
    .option('--force', 'replace files of these names that are others')
    .option('--dry-run', 'print what would be fetched; fetch and write nothing')
    .option(
      '--connections <count>',
      'ranges of a file that are fetched at one time, 1 to 16',
      checked('--connections', values.wholeNumber(1, 16)),
      '4',
    )
    .option('--json', 'one JSON object a line')
    .action((path: string, to: string | undefined, options) =>
      then(import('./commands/get/get.ts').then(({ get }) => get(context, path, to, options))),
    );
  program
    .command('fetch')
    .description(
      'have the host fetch addresses into a folder of the account; from standard input when none are given',
    )
    .argument(
      '[addresses...]',
      'http and https addresses, and at last a folder of the account',
      each('an address'),
    )
    .usage('[options] [addresses...] <folder>')
    .option('--no-wait', 'end when the host was asked; passerelle serve goes on with it')
    .option('--json', 'one JSON object a line')
    .action((words: string[], options) =>
      then(import('./commands/fetch.ts').then(({ fetch }) => fetch(context, words, options))),
    );
  program
    .command('recognise')
    .description('what names are taken for; paths from standard input when none are given')
    .argument('[paths...]', 'paths', each('a path'))
    .option('--json', 'one JSON object a line')
    .action((paths: string[], options) =>
      then(import('./commands/recognise.ts').then(({ recognise }) => recognise(context, paths, options))),
    );
  program
    .command('review')
    .description('files whose names say too little to be believed unseen, and why')
    .option('--left-out', 'instead what is in no tree, why, and what to do')
    .option('--limit <count>', 'how many, at most 1000', limit(1000), '200')
    .option('--json', 'one JSON object a line')
    .action((options) =>
      then(
        options.leftOut
          ? import('./commands/left-out.ts').then(({ leftOut }) => leftOut(context, options))
          : import('./commands/review.ts').then(({ review }) => review(context, options)),
      ),
    );
  const fix = program
    .command('fix')
    .description('say what a file or a folder of the account is; it outranks what is read from names')
    .argument('[path]', 'account path', checked('the path', values.notEmpty))
    .option('--as <kind>', 'movie, episode, extra or ignore', checked('--as', values.oneOf(overrideKinds)))
    .option('--title <title>', 'of the film or the show', checked('--title', values.shortText(200)))
    .option(
      '--year <year>',
      'in which the film came out, or the show began',
      checked('--year', values.wholeNumber(1870, 2100)),
    )
    .option('--season <number>', '0 for specials', checked('--season', values.wholeNumber(0, 9999)))
    .option(
      '--episode <numbers>',
      'one, or several with commas',
      checked('--episode', values.wholeNumbers(0, 99_999)),
    )
    .option('--date <yyyy-mm-dd>', 'air date of a daily show', checked('--date', values.day))
    .option('--edition <name>', 'such as "Director\'s Cut"', checked('--edition', values.shortText(60)))
    .option(
      '--id <id...>',
      'such as tmdb-603, tvdb-81189 or tt0133093',
      checkedEach('--id', values.providerId),
    )
    .option('--clear', 'take back what was said of this path')
    .option('--list', 'everything that was said')
    .option('--json', 'for scripts')
    .action((path: string | undefined, options) =>
      then(import('./commands/fix.ts').then(({ fix }) => fix(context, path, options))),
    );
  usage.rule(
    fix,
    alone('--list', ['--clear', ...overrideOptions]),
    alone('--clear', overrideOptions),
    saysSomething,
  );
  const tree = program.command('tree').description('the paths of the STRM tree, which stay as they are');
  tree
    .command('plan')
    .description('what would stand elsewhere if the tree were laid out today, and why')
    .option('--apply', 'move it')
    .option('--json', 'one JSON object a move')
    .action((options) =>
      then(import('./commands/tree.ts').then(({ treePlan }) => treePlan(context, options))),
    );
  tree
    .command('undo')
    .description('bring back the last batch of moves, of `tree plan --apply` or `fix`')
    .option('--json', 'one JSON object')
    .action((options) =>
      then(import('./commands/tree.ts').then(({ treeUndo }) => treeUndo(context, options))),
    );
  const doctor = program
    .command('doctor')
    .description('check settings, disk, host, account and library; say what to do')
    .option(
      '--client <url>',
      'say instead which delivery rule fires for a stream address, and why',
      checked('--client', values.streamAddress),
    )
    .option('--agent <text>', 'with --client: for this User-Agent alone')
    .option(
      '--address <ip>',
      'with --client: for a player at this address alone',
      checked('--address', values.internetAddress),
    )
    .option('--send-test', 'send a test instead to everybody who is told what needs somebody')
    .option('--json', 'one JSON object a line')
    .action((options) => {
      if (options.sendTest)
        return then(
          import('./commands/doctor/notices.ts').then(({ doctorNotices }) => doctorNotices(context, options)),
        );
      return then(
        options.client === undefined
          ? import('./commands/doctor/doctor.ts').then(({ doctor }) => doctor(context, options))
          : import('./commands/doctor/client.ts').then(({ doctorClient }) => doctorClient(context, options)),
      );
    });
  usage.rule(doctor, only('--client', ['--agent', '--address']), alone('--send-test', ['--client']));
  program
    .command('support-bundle')
    .description('write what somebody who helps asks for into one file (zip): no secret is in it')
    .argument(
      '<file>',
      'such as passerelle-support.zip; nothing is replaced',
      checked('the file', values.notEmpty),
    )
    .option('--names', 'names of films, folders, people and servers as they are')
    .action((file: string, options) =>
      then(
        import('./commands/support-bundle.ts').then(({ supportBundle }) =>
          supportBundle(context, file, options),
        ),
      ),
    );
  program
    .command('plays')
    .description(
      'the last plays: who, how, what it cost, how it ended; with --json also by which rule, and why',
    )
    .option('--limit <count>', 'how many, at most 200', limit(200), '20')
    .option('--json', 'one JSON object a line')
    .action((options) => then(import('./commands/plays.ts').then(({ plays }) => plays(context, options))));
  const proposals = program
    .command('proposals')
    .description('deletions that wait for your word, and what was taken out')
    .option('--json', 'one JSON object a line')
    .action((options) =>
      then(import('./commands/proposals.ts').then(({ proposals }) => proposals(context, options))),
    );
  for (const [decision, id, does] of [
    ['accept', '<id>', 'take its files out of the library'],
    ['refuse', '<id>', 'keep its files until they come back'],
    ['undo', '[id]', 'bring back what was taken out (the last time if no id is given), or ask again'],
  ] as const)
    proposals
      .command(decision)
      .description(does)
      .argument(id, 'number of the proposal', checked('the id', values.proposalId))
      .action((given: string | undefined, _options, command: Command) =>
        then(
          import('./commands/proposals.ts').then(({ decideProposal }) =>
            decideProposal(context, decision, given, command.optsWithGlobals()),
          ),
        ),
      );
  program
    .command('rotate-keys')
    .description('make a new key for stream addresses')
    .action(() => then(import('./commands/rotate-keys.ts').then(({ rotateKeys }) => rotateKeys(context))));

  usage.follow(program);
  try {
    usage.checkHelp(program, args);
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    const inJson = args.includes('--json') ? (line: string) => say(context, line) : undefined;
    return explain(context, error, inJson);
  }
}
