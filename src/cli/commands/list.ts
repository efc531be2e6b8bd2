import { findAccountHomes } from '../../homes/index.ts';
import {
  type ListedSession,
  listSessions,
  type ListSessionsOptions,
  parseResumeUUID,
} from '../../sessions/index.ts';
import {
  type CliContext,
  defineCommand,
  flagOption,
  flagsOf,
  textOption,
  type ValuesOf,
} from '../command.ts';
import { EXIT, Interrupted, UsageError } from '../exit.ts';
import { jsonLine, lineAsData } from '../json.ts';
import { absolutePath, stepFor } from '../scope.ts';
import { grouped } from '../ui/amounts.ts';
import { StatusLine } from '../ui/progress.ts';
import { matchLine, sessionRow } from '../ui/sessions.ts';
import { printSteps } from '../ui/steps.ts';

const SHOWN = 20;
const MAX_UNREADABLE = 5;

const options = {
  search: textOption(
    '--search <text>',
    'only sessions with this text anywhere in their transcript; A to Z match a to z',
  ),
  directory: textOption(
    '--directory <directory>',
    'only sessions of this directory and those in it',
  ),
  since: textOption('--since <time>', 'only sessions used since then: 12h, 7d, or 2026-11-29'),
  account: textOption(
    '--account <account>',
    'only sessions that belong to this account: its home, e-mail address or UUID',
  ),
  running: flagOption('--running', 'only sessions that are running, or may be'),
  all: flagOption('--all', `all sessions, not just the newest ${SHOWN}; always with --json`),
};

export const listCommand = defineCommand({
  name: 'list',
  summary: 'list the sessions of all homes, or search in them',
  description:
    'Lists the sessions of all homes, the most recent first: when each was used last, the beginning of its id, its title and its directory. With --json it prints one object per line, as it finds them.',
  options,
  async run(context, values) {
    const { io, scope, out, stderr, isJson } = context;
    const { search: text } = values;
    const limit = values.all === true || isJson ? Infinity : SHOWN;
    const unreadable: string[] = [];
    const filters = await filtersFor(context, values);
    const status = new StatusLine(stderr);
    const { signal, release } = io.catchInterrupts();
    const sessions = listSessions(scope.homes, {
      required: scope.required,
      ...filters,
      text,
      signal,
      onUnreadable: ({ path, errno }) => unreadable.push(`${path}: ${errno}`),
      onProgress: ({ checked, total }) => {
        if (text === undefined) return;
        status.text = `searching: ${grouped(checked)} of ${grouped(total)} sessions`;
      },
    });
    let count = 0;
    let isComplete = true;
    try {
      for await (const session of sessions) {
        if (count === limit) {
          isComplete = false;
          break;
        }
        count += 1;
        status.erase();
        if (isJson) io.stdout.write(jsonLine(lineAsData(session)));
        else print(context, session, text);
      }
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    } finally {
      status.end();
      release();
    }
    if (count === 0) out.line('no session');
    if (!isComplete) {
      const words = ['list', ...flagsOf({ ...values, all: true })];
      printSteps(out, [stepFor(scope, words, 'list all of them')]);
    }
    if (unreadable.length > 0) {
      stderr.verdict('warn', "can't be read, so sessions may be missing:");
      stderr.list(unreadable, MAX_UNREADABLE, 2);
    }
    return { exitCode: count === 0 ? EXIT.problems : EXIT.done };
  },
});

function print({ out }: CliContext, session: ListedSession, text = ''): void {
  out.line(sessionRow(out, session, out.width, true));
  const { match } = session;
  if (match !== undefined) out.line(out.paint.dim(matchLine(out, match, text, out.width)));
}

async function filtersFor(
  context: CliContext,
  { directory, since, account, running }: ValuesOf<typeof options>,
): Promise<ListSessionsOptions> {
  return {
    directory: directory === undefined ? undefined : absolutePath(directory, context.io),
    since: since === undefined ? undefined : timeFrom(since),
    accountUuid: account === undefined ? undefined : await accountUuidFor(context, account),
    running,
  };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function timeFrom(text: string): Date {
  const [, number, unit = ''] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  const { [unit]: length } = UNITS;
  // A day alone would be taken for one in UTC.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = new Date(
    length === undefined ? (isDay ? `${text}T00:00` : text) : Date.now() - Number(number) * length,
  );
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(
      `--since: ${JSON.stringify(text)} is not a time such as 12h, 7d, 2w or 2026-11-29`,
    );
  }
  return time;
}

async function accountUuidFor({ io, scope }: CliContext, text: string): Promise<string> {
  const uuid = parseResumeUUID(text);
  if (uuid !== undefined) return uuid.toLowerCase();
  const { homes } = await findAccountHomes({
    homeDirectory: io.home,
    accountHomes: scope.homes,
    sessions: false,
  });
  const home = absolutePath(text, io);
  const meant = homes.find(
    ({ accountHome, account }) => accountHome === home || account?.emailAddress === text,
  );
  if (meant?.account?.accountUuid !== undefined) return meant.account.accountUuid;
  const known = homes.flatMap(({ account }) => account?.emailAddress ?? []);
  throw new UsageError(
    `--account: no home is logged in as ${JSON.stringify(text)}${known.length === 0 ? '' : `; known: ${known.join(', ')}`}`,
  );
}
