import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { helpLayout } from './help-layout.ts';
import type { Io } from './io.ts';
import type {
  ActingOptions,
  ArchiveChoices,
  CommonOptions,
  Invocation,
  MigrateChoices,
  PruneChoices,
  ResumeChoices,
  RestoreChoices,
} from './request.ts';
import { commandHelp, exitCodesHelp } from './help.ts';

/** What ended the parsing: a text that was asked for, or a mistake. */
export interface ParseEnd {
  readonly isMistake: boolean;
  readonly message: string;
}

/** Understands a command line; help and mistakes are printed at once. */
export function parseArguments(argv: readonly string[], io: Io): Invocation | ParseEnd {
  let request: Invocation['request'] | undefined;
  const program = programFor(io, (it) => {
    request = it;
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { isMistake: error.exitCode !== 0, message: error.message.replace(/^error: /, '') };
  }
  return request === undefined
    ? { isMistake: true, message: 'no command was understood' }
    : { request, common: program.opts<CommonOptions>() };
}

function programFor(io: Io, ask: (request: Invocation['request']) => void): Command {
  const program = new Command('claude-shared-state')
    .description(
      'Keeps the session state of several Claude Code account homes in one shared place.',
    )
    .version(io.version)
    .exitOverride()
    .configureHelp(helpLayout)
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(claude-shared-state --help tells more)')
    .addOption(
      repeated('--home <directory>', 'an account home; may be repeated. Found unless given'),
    )
    .addOption(
      new Option('--root <directory>', 'where the shared directories are; your home unless given')
        .argParser(filled)
        .conflicts('shared'),
    )
    .addOption(
      new Option(
        '--shared <name=target>',
        'one shared link, instead of --root; may be repeated',
      ).argParser(sharedLink),
    )
    .option('--json', 'tell it as JSON, for scripts: one object on the standard output')
    .option('--no-color', 'no colours; NO_COLOR does the same');

  const command = (name: keyof typeof commandHelp, parameters = '', isDefault = false) => {
    const { summary, text } = commandHelp[name];
    return program
      .command(`${name} ${parameters}`.trim(), { isDefault })
      .summary(summary)
      .description(text);
  };

  command('doctor', '', true)
    .allowExcessArguments()
    .action((_, { args }: Command) => {
      // An unknown command gets here, because this one is the default.
      const [unknown] = args;
      if (unknown === undefined) ask({ command: 'doctor' });
      else program.error(`error: unknown command '${unknown}'`, { exitCode: 2 });
    });
  command('ensure')
    .addOption(dryRun())
    .action((choices: Pick<ActingOptions, 'dryRun'>) => ask({ command: 'ensure', choices }));
  command('migrate')
    .addOption(yes())
    .addOption(dryRun())
    .addOption(
      new Option('--live <choice>', 'what to do if sessions are running')
        .choices(['refuse', 'merge'])
        .default('refuse'),
    )
    .option('--accept-retention', 'share files even if the shortest retention deletes them at once')
    .addOption(
      repeated('--prefer-shared <path>', "a conflict: share the other side, not the home's"),
    )
    .addOption(repeated('--prefer-home <path>', "a conflict: share the home's side"))
    .action((choices: MigrateChoices) => ask({ command: 'migrate', choices }));
  command('restore')
    .addOption(yes())
    .addOption(dryRun())
    .option('--accept-other-target', 'the shared directory was moved or copied since the migration')
    .action((choices: RestoreChoices) => ask({ command: 'restore', choices }));
  command('restore-points').action(() => ask({ command: 'restore-points' }));
  command('prune', '[restore-points...]')
    .option('--all', 'every complete or restored restore point of the homes')
    .addOption(
      repeated('--discard <path>', 'delete this file too, although no other copy is known'),
    )
    .addOption(yes())
    .addOption(dryRun())
    .action((paths: readonly string[], choices: PruneChoices) =>
      ask({ command: 'prune', paths, choices }),
    );
  command('archive')
    .addOption(archive())
    .action((choices: ArchiveChoices) => ask({ command: 'archive', choices }));
  command('unarchive', '<session-id>')
    .addOption(archive())
    .action((sessionId: string, choices: ArchiveChoices) =>
      ask({ command: 'unarchive', sessionId, choices }),
    );
  for (const name of ['why', 'resume'] as const) {
    command(name, '<session-id>')
      .addOption(new Option('--under <home>', 'the account home to resume under').argParser(filled))
      .addOption(new Option('--cwd <directory>', 'the directory to resume in').argParser(filled))
      .option('--claude-version <version>', 'of Claude Code; every supported one unless given')
      .action((sessionId: string, choices: ResumeChoices) =>
        ask({ command: name, sessionId, choices }),
      );
  }
  command('where', '<session-id>').action((sessionId: string) =>
    ask({ command: 'where', sessionId }),
  );
  command('schema').action(() => ask({ command: 'schema' }));
  return program.addHelpText('after', exitCodesHelp);
}

const dryRun = () => new Option('--dry-run', 'show the plan, and change nothing');
const yes = () => new Option('-y, --yes', 'do it without asking').conflicts('dryRun');
const archive = () =>
  new Option(
    '--archive <directory>',
    'the archive; .claude-shared-state/archive under the shared root unless given',
  ).argParser(filled);

function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, all?: readonly string[]) => [
    ...(all ?? []),
    filled(value),
  ]);
}

function filled(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty; a variable may be unset.');
  return value;
}

function sharedLink(
  value: string,
  all: NonNullable<CommonOptions['shared']> = [],
): NonNullable<CommonOptions['shared']> {
  const at = value.indexOf('=');
  if (at < 1 || at === value.length - 1) {
    throw new InvalidArgumentError(
      'It must be a name and a directory, as in projects=/srv/projects.',
    );
  }
  return [...all, { name: value.slice(0, at), target: value.slice(at + 1) }];
}
