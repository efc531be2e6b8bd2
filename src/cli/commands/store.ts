import { hostname } from 'node:os';
import {
  exportFromStore,
  type FileDifference,
  syncToStore,
  type StoreProblem,
  type TransferReport,
  verifyStore,
} from '../../store/index.ts';
import { printEnding, type Watch, watched } from '../act.ts';
import {
  type CliContext,
  defineCommand,
  flagOption,
  flagsOf,
  listOption,
  requireAction,
  textOption,
  type ValuesOf,
} from '../command.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { groupBy } from '../lists.ts';
import { type OpenStore, openStore } from '../store-client.ts';
import { bytes, count, moment } from '../ui/amounts.ts';
import { printProblems } from '../ui/problems.ts';
import { printShared } from '../ui/scope.ts';
import type { NextStep } from '../ui/steps.ts';

const options = {
  url: textOption(
    '--url <url>',
    'the store: postgres://…, redis://… or s3://bucket/prefix; credentials are better left to the environment',
  ),
  session: listOption('--session <id>', 'only this session; can be repeated'),
  map: listOption(
    '--map <key=key>',
    'a project key of the store, and the one it has here, as in projects/; can be repeated',
  ),
  writer: textOption(
    '--writer <name>',
    'the name of this machine in the store (default: its host name)',
  ),
  prune: flagOption('--prune', 'push: delete what only this machine pushed and no longer has'),
  watch: flagOption('--watch', 'push: follow running sessions until Ctrl-C'),
};

const RETRY_MS = 1000;

/** What an action prints with `--json`. */
interface Body {
  readonly outcome?: TransferReport['outcome'];
  readonly files?: TransferReport['files'];
  readonly bytes?: number;
  readonly pruned?: number;
  readonly differences?: readonly FileDifference[];
  readonly sessions?: readonly StoredSession[];
  readonly problems?: readonly StoreProblem[];
  readonly next?: readonly NextStep[];
}

interface StoredSession {
  readonly projectKey: string;
  readonly sessionId: string;
  readonly files: number;
  readonly bytes: number;
  readonly updatedAt: Date;
  readonly writers: readonly string[] | undefined;
  readonly isForked: boolean | undefined;
}

type Ending = Promise<{ readonly exitCode: ExitCode; readonly body: Body }>;

/** Each takes the context, the store and the options. */
const actions = { init, push, pull, verify, list } as const;

export const storeCommand = defineCommand({
  name: 'store',
  summary: 'share sessions with other machines',
  description:
    'Brings the shared sessions to a store that other machines and the Agent SDK use, and back. init prepares a new store once, push adds what it lacks, pull adds what is missing here, verify compares every byte, list says what it has. Nothing is overwritten on either side. The drivers pg, ioredis and @aws-sdk/client-s3 have to be installed beside this command; they read credentials from the environment as usual, and REDISCLI_AUTH is the password for redis://.',
  arguments: '<action>',
  options,
  needsHomes: () => false,
  async run(context, values, [action = '']) {
    requireAction('store', actions, action);
    if (values.url === undefined) throw new UsageError('--url is missing');
    const open = await openStore(values.url, values.writer ?? hostname(), context.io);
    try {
      const { exitCode, body } = await actions[action](context, open, values);
      return { exitCode, body: { action, url: open.url, ...body } };
    } finally {
      await open.close();
    }
  },
});

type Values = ValuesOf<typeof options>;

async function init({ out }: CliContext, { store, url }: OpenStore) {
  await store.prepare();
  out.verdict('ok', `${url} is prepared`);
  return { exitCode: EXIT.done, body: {} };
}

function transferOptions({ scope: { required } }: CliContext, { session, map = [] }: Values) {
  const pairs = map.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1 || at !== pair.lastIndexOf('=')) {
      throw new UsageError(`--map must be two project keys: -home-a-app=-home-b-app, not ${pair}`);
    }
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return {
    required,
    projectKeys: Object.fromEntries(pairs),
    ...(session === undefined ? {} : { sessionIds: session }),
  };
}

async function push(context: CliContext, open: OpenStore, values: Values): Ending {
  const { out, scope } = context;
  printShared(out, scope);
  const { watch = false, prune = false } = values;
  const follow = watch && scope.homes.length > 0 ? { follow: scope.homes } : {};
  const options = { ...transferOptions(context, values), ...follow, prune };
  const pushing = async (progress: Watch) => {
    for (;;) {
      const ended = await syncToStore(open.store, { ...options, ...progress });
      const isRetried = watch && ended.problems.some(({ code }) => code === 'store-failed');
      if (!isRetried || progress.signal.aborted) return ended;
      // The server is away; what it has tells where to go on.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const report = await watched(context, pushing, 'push');
  const better = `${bytes(report.bytes)} pushed`;
  const { exitCode, body } = end(context, open, 'push', values, report, better);
  if (report.pruned > 0) out.words(`${count(report.pruned, 'session')} pruned`, 2);
  return { exitCode, body: { pruned: report.pruned, ...body } };
}

async function pull(context: CliContext, open: OpenStore, values: Values): Ending {
  const { out, scope } = context;
  printShared(out, scope);
  const accountHomes = [...scope.homes, ...scope.otherHomes];
  const options = { ...transferOptions(context, values), accountHomes };
  const pulling = (progress: Watch) => exportFromStore(open.store, { ...options, ...progress });
  const report = await watched(context, pulling, 'pull');
  return end(context, open, 'pull', values, report, `${bytes(report.bytes)} pulled`);
}

/** Says how a transfer ended, and what completes it. */
function end(
  context: CliContext,
  { url }: OpenStore,
  action: string,
  { session, map }: Values,
  { outcome, files, bytes: size, problems }: TransferReport,
  better: string,
) {
  const { out } = context;
  out.line();
  out.words(
    `${count(files.transferred, 'file')} transferred, ${files.unchanged} unchanged, ${files.behind} longer on the other side, ${files.diverged} diverged, ${files.skipped} skipped`,
    2,
  );
  const words = ['store', action, ...flagsOf({ url, session, map })];
  const { exitCode, body } = printEnding(context, { outcome, problems }, words, better);
  return { exitCode, body: { files, bytes: size, ...body } };
}

async function verify(context: CliContext, { store }: OpenStore, values: Values): Ending {
  const { out } = context;
  const options = transferOptions(context, values);
  const verifying = (progress: Watch) => verifyStore(store, { ...options, ...progress });
  const report = await watched(context, verifying, 'verify');
  const { ok, files, differences, problems } = report;
  for (const { kind, path } of differences) out.words(`${kind}  ${out.path(path)}`, 2, 4);
  printProblems(out, problems);
  out.line();
  const result = `${count(files.unchanged, 'file')} equal, ${differences.length} not`;
  out.verdict(ok ? 'ok' : 'bad', result);
  const body = { files, differences, problems };
  return { exitCode: ok ? EXIT.done : EXIT.problems, body };
}

async function list({ out }: CliContext, { store }: OpenStore): Ending {
  await store.requireFormat();
  const sessions: StoredSession[] = [];
  for (const projectKey of (await store.log.listProjects()).toSorted()) {
    const listed = await store.log.list(projectKey);
    for (const group of groupBy(listed, ({ sessionId }) => sessionId)) {
      const transcript = group.find(({ file }) => file === '');
      if (transcript === undefined) continue;
      const { sessionId, updatedAt, head } = transcript;
      sessions.push({
        projectKey,
        sessionId,
        files: group.length,
        bytes: group.reduce((total, { size }) => total + size, 0),
        updatedAt: new Date(updatedAt),
        writers: head?.writers,
        isForked: head?.isForked,
      });
    }
  }
  for (const { projectKey, sessionId, files, bytes: size, updatedAt, isForked } of sessions) {
    const fork = isForked === true ? ', continued by two at once' : '';
    out.words(
      `${sessionId}  ${count(files, 'file')}, ${bytes(size)}, ${moment(updatedAt)}${fork}`,
      0,
      2,
    );
    out.line(`  ${out.prose(projectKey)}`);
  }
  out.line();
  out.verdict('ok', count(sessions.length, 'session'));
  return { exitCode: EXIT.done, body: { sessions } };
}
