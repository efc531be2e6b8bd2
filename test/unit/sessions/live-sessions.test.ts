import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, truncateSync } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { isSharedStateError } from 'claude-shared-state';
import { findLiveSessions, type ProcessInspector } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { sightingIn } from '../../../src/fs/processes.ts';
import { inWords } from '../support/in-words.ts';
import { theId } from '../support/session-id.ts';
import { hooked, once } from '../support/hooked.ts';
import { whyNoProc } from '../support/required-here.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  type World,
  worldKinds,
} from '../support/world.ts';

// As 2.1.329 writes it, shortened.
const record = {
  pid: 1,
  sessionId: theId,
  cwd: '/me/work',
  startedAt: 1_795_200_307_265,
  procStart: '100',
  version: '2.1.329',
  kind: 'interactive',
  entrypoint: 'cli',
  status: 'idle',
} as const;

/** A machine on which every process runs since 100. */
const allRun: ProcessInspector = {
  status: () => Promise.resolve({ state: 'running', start: '100' }),
};

function makeRecord(world: World, home: string, name: string, content: object | string = record) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return makeFile(world, at(world, `${home}/sessions/${name}`), text);
}

function find(
  world: World,
  homes: readonly string[],
  processInspector: ProcessInspector | undefined = allRun,
) {
  const paths = homes.map((home) => at(world, home));
  return findLiveSessions(paths, { fs: world.fs, processInspector });
}

/** What was found, in short. */
async function found(...looking: Parameters<typeof find>) {
  const { sessions, problems } = await find(...looking);
  return {
    sessions: sessions.map(({ pid, processState }) => `${pid} ${processState}`),
    problems: problems.map((it) => ('errno' in it ? `${it.code} ${it.errno}` : it.code)),
  };
}

const nothing = { sessions: [], problems: [] };

describe.each(worldKinds)('running sessions (%s)', (kind) => {
  test('are told with all that their record says', () =>
    inWorld(kind, async (world) => {
      const path = makeRecord(world, 'a', '4711.json');
      expect(await find(world, ['a'])).toEqual({
        sessions: [
          {
            accountHomes: [at(world, 'a')],
            sessionId: theId,
            pid: 4711,
            cwd: '/me/work',
            kind: 'interactive',
            entrypoint: 'cli',
            status: 'idle',
            startedAt: new Date(record.startedAt),
            path,
            processState: 'running',
          },
        ],
        problems: [],
      });
    }));

  test('are found in all homes, in their order, and by process id in each', () =>
    inWorld(kind, async (world) => {
      for (const name of ['100.json', '20.json', '3.json']) makeRecord(world, 'a', name);
      makeRecord(world, 'b', '1.json');
      expect(await found(world, ['b', 'a'])).toEqual({
        sessions: ['1 running', '3 running', '20 running', '100 running'],
        problems: [],
      });
    }));

  test('need nothing but an id', () =>
    inWorld(kind, async (world) => {
      const odd = { cwd: 7, kind: null, status: ['idle'], startedAt: 1e300 };
      makeRecord(world, 'a', '5.json', { sessionId: theId, ...odd });
      const { sessions } = await find(world, ['a']);
      const nothingElse = { cwd: undefined, kind: undefined, entrypoint: undefined };
      expect(sessions).toMatchObject([{ ...nothingElse, status: undefined, startedAt: undefined }]);
    }));

  test('started at no time if the record has null for it', () =>
    inWorld(kind, async (world) => {
      makeRecord(world, 'a', '5.json', { ...record, startedAt: null });
      const { sessions } = await find(world, ['a']);
      expect(sessions).toMatchObject([{ startedAt: undefined }]);
    }));

  test('are looked for by the name of the record, not by the pid in it', () =>
    inWorld(kind, async (world) => {
      makeRecord(world, 'a', '5.json', { ...record, pidDomain: 'here' });
      const asked: unknown[] = [];
      const { sessions } = await find(world, ['a'], {
        status: (process) => {
          asked.push(process);
          return allRun.status(process);
        },
      });
      expect(asked).toEqual([{ pid: 5, pidNamespace: 'here', start: '100' }]);
      expect(sessions).toMatchObject([{ pid: 5 }]);
    }));

  test.each([
    ['exited', record, { state: 'exited' }, []],
    ['another of the same id', record, { state: 'running', start: '101' }, []],
    ['not to be seen', record, { state: 'unknown' }, ['5 unknown']],
    [
      'there, since nobody knows when',
      record,
      { state: 'running', start: undefined },
      ['5 unknown'],
    ],
    [
      'there, and the record says not since when',
      { sessionId: theId },
      { state: 'running', start: '100' },
      ['5 running'],
    ],
    [
      'there, and the record says it wrongly',
      { ...record, procStart: 100 },
      { state: 'running', start: '100' },
      ['5 running'],
    ],
  ] as const)('are judged by a process that is %s', (_, content, seen, sessions) =>
    inWorld(kind, async (world) => {
      makeRecord(world, 'a', '5.json', content);
      const processInspector: ProcessInspector = { status: () => Promise.resolve(seen) };
      expect(await found(world, ['a'], processInspector)).toEqual({ sessions, problems: [] });
    }),
  );

  test('may be running where the probe fails', () =>
    inWorld(kind, async (world) => {
      makeRecord(world, 'a', '5.json');
      const processInspector: ProcessInspector = {
        status: () => Promise.reject(new Error('no probe')),
      };
      expect(await found(world, ['a'], processInspector)).toMatchObject({
        sessions: ['5 unknown'],
      });
    }));

  test('are unknown with a file system that was given, and never those of this machine', () =>
    inWorld(kind, async (world) => {
      makeRecord(world, 'a', `${ownPid}.json`, { ...record, procStart: ownStart() });
      const { sessions } = await findLiveSessions([at(world, 'a')], { fs: world.fs });
      expect(sessions).toMatchObject([{ pid: ownPid, processState: 'unknown' }]);
    }));

  test('are told once where homes, or their records, are one directory', () =>
    inWorld(kind, async (world) => {
      makeRecord(world, 'a', '5.json');
      makeLink(world, at(world, 'b'), at(world, 'a'));
      makeLink(world, at(world, 'c/sessions'), at(world, 'a/sessions'));
      const { sessions } = await find(world, ['b', 'a', 'c', 'a']);
      expect(sessions).toMatchObject([
        {
          accountHomes: ['b', 'a', 'c'].map((home) => at(world, home)),
          path: at(world, 'b/sessions/5.json'),
        },
      ]);
    }));

  test('are two where one file has the names of two processes', () =>
    inWorld(kind, async (world) => {
      const path = makeRecord(world, 'a', '5.json');
      makeLink(world, at(world, 'a/sessions/6.json'), path);
      expect(await found(world, ['a'])).toMatchObject({ sessions: ['5 running', '6 running'] });
    }));

  test('are none where there is no home, no directory, or no record', () =>
    inWorld(kind, async (world) => {
      makeDirectory(world, at(world, 'b'));
      makeDirectory(world, at(world, 'c/sessions'));
      makeLink(world, at(world, 'd/sessions'), at(world, 'nowhere'));
      makeLink(world, at(world, 'e/sessions/5.json'), at(world, 'nowhere'));
      expect(await found(world, ['a', 'b', 'c', 'd', 'e'])).toEqual(nothing);
    }));

  test('are not what other files are called after', () =>
    inWorld(kind, async (world) => {
      const key = `5.${'0a'.repeat(32)}.key`;
      for (const name of [
        key,
        'abc.json',
        '0.json',
        '05.json',
        '-5.json',
        '5.json.tmp',
        '5.JSON',
        '5e3.json',
        '99999999999.json',
        '__proto__',
        '5\n.json',
      ]) {
        makeRecord(world, 'a', name, 'not even JSON');
      }
      expect(await found(world, ['a'])).toEqual(nothing);
    }));

  test.each([
    ['nothing', ''],
    ['a torn record', JSON.stringify(record).slice(0, -9)],
    ['no object', '7'],
    ['null', 'null'],
    ['an array', `["sessionId","${theId}"]`],
    ['no id', JSON.stringify({ ...record, sessionId: undefined })],
    ['a bad id', JSON.stringify({ ...record, sessionId: '../../etc/passwd' })],
    ['an id that is inherited', `{"__proto__":${JSON.stringify(record)}}`],
    ['deep nesting', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['NUL bytes', '\0'.repeat(600)],
  ])('may hide behind a record that holds %s, which is told', (_, content) =>
    inWorld(kind, async (world) => {
      const path = makeRecord(world, 'a', '5.json', content);
      makeRecord(world, 'a', '6.json');
      const { sessions, problems } = await find(world, ['a']);
      expect(sessions).toMatchObject([{ pid: 6 }]);
      expect(problems).toMatchObject([
        {
          code: 'live-sessions-unreadable',
          severity: 'warning',
          path,
          accountHome: at(world, 'a'),
        },
      ]);
    }),
  );

  test('may hide behind what cannot be read, which is told', () =>
    inWorld(kind, async (world) => {
      makeDirectory(world, at(world, 'a/sessions/1.json'));
      makeLink(world, at(world, 'a/sessions/2.json'), at(world, 'a/sessions/2.json'));
      makeRecord(world, 'a', '3.json', JSON.stringify(record) + ' '.repeat(65_536));
      makeRecord(world, 'a', '4.json');
      makeFile(world, at(world, 'b/sessions'), 'no directory');
      expect(await found(world, ['a', 'b'])).toEqual({
        sessions: ['4 running'],
        problems: [
          'live-sessions-unreadable ENOTDIR',
          'live-sessions-unreadable EISDIR',
          'live-sessions-unreadable ELOOP',
          'live-sessions-unreadable EFBIG',
        ],
      });
    }));

  test('are read again where the program is just writing the record', () =>
    inWorld(kind, async (world) => {
      const path = makeRecord(world, 'a', '5.json', '');
      const write = () => world.fs.writeFileSync(path, JSON.stringify(record));
      const fs = hooked(world, { before: once((call) => call === 'open', write, 2) });
      const { sessions, problems } = await findLiveSessions([at(world, 'a')], {
        fs,
        processInspector: allRun,
      });
      expect(sessions).toMatchObject([{ pid: 5 }]);
      expect(problems).toEqual([]);
    }));

  test('that end in the meantime are none', () =>
    inWorld(kind, async (world) => {
      const path = makeRecord(world, 'a', '5.json');
      const end = once(
        (call) => call === 'stat',
        () => world.fs.unlinkSync(path),
      );
      const fs = hooked(world, { before: end });
      const report = await findLiveSessions([at(world, 'a')], { fs, processInspector: allRun });
      expect(report).toEqual(nothing);
    }));
});

describe('on the real disk', () => {
  test('a FIFO does not hold anybody up, and a huge file is not read', () =>
    inWorld('disk', async (world) => {
      const fifo = at(world, 'a/sessions/7.json');
      const huge = makeRecord(world, 'a', '8.json');
      execFileSync('mkfifo', [fifo]);
      truncateSync(huge, 2 ** 30);
      expect(await found(world, ['a'])).toEqual({
        sessions: [],
        problems: ['live-sessions-unreadable', 'live-sessions-unreadable EFBIG'],
      });
    }));

  test('the processes of this machine are looked at', () =>
    inWorld('disk', async (world) => {
      makeRecord(world, 'a', `${ownPid}.json`, { ...record, procStart: ownStart() });
      // As a record of this machine, also if that is a container.
      const machine = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8') : '';
      const pidDomain =
        whyNoProc() === undefined
          ? `linux:${machine.trim()}:${readlinkSync('/proc/self/ns/pid')}`
          : 'darwin';
      makeRecord(world, 'b', `${ownPid}.json`, { ...record, procStart: '1', pidDomain });
      const { sessions } = await findLiveSessions([at(world, 'a'), at(world, 'b')]);
      expect(sessions).toMatchObject([{ accountHomes: [at(world, 'a')], processState: 'running' }]);
      expect(sessions).toHaveLength(1);
    }));
});

describe('refused are', () => {
  test.each(
    inWords([
      [[], {}, 'invalid-argument'],
      ['/me/.claude', {}, 'invalid-argument'],
      [['.claude'], {}, 'invalid-argument'],
      [['/me'], [], 'invalid-argument'],
      [['/me'], { now: 0 }, 'unknown-option'],
      [['/me'], { fs: {} }, 'invalid-argument'],
      [['/me'], { fs: null }, 'invalid-argument'],
      [['/me'], { processInspector: {} }, 'invalid-argument'],
      [['/me'], { processInspector: null }, 'invalid-argument'],
    ]),
  )('the arguments %s are refused', async (_, homes, options, code) => {
    const call = async (): Promise<unknown> =>
      Reflect.apply(findLiveSessions, undefined, [homes, options]);
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(isSharedStateError(error) && error.operation).toBe('findLiveSessions');
    expect(isSharedStateError(error) && error.problems.map((it) => it.code)).toEqual([code]);
  });
});

/** When this process started, as the system says it: by `ps` where there is no `/proc`, as on macOS. */
function ownStart(): string | undefined {
  if (whyNoProc() !== undefined) {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', `${ownPid}`], {
      env,
      encoding: 'utf8',
    }).trim();
  }
  const seen = sightingIn(readFileSync('/proc/self/stat', 'utf8'));
  return seen?.state === 'running' ? seen.start : undefined;
}
