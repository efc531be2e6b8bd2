import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { beforeEach, expect, test } from 'vitest';
import { needs, whyNoContainer } from '../unit/support/required-here.ts';
import { cleanEnvironment } from './support/claude.ts';
import { memberOf } from '../../src/core/json.ts';
import { pollUntil } from './support/poll.ts';
import { executableOf, programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { theOnly } from './support/session.ts';

beforeEach((context) => {
  needs(context, whyNoContainer());
});

test.each(programs)(
  'a session of $version that runs in another container is unknown',
  async ({ name }) => {
    const room = await enterCleanRoom(name);
    room.api.takeTime(60_000);
    const accountHome = room.path('account');
    const surroundings = room.surroundings(accountHome);
    const container = ['--pid', '--fork', '--mount-proc', '--kill-child'];
    const program = [executableOf(name), '-p', 'One'];
    // Below a shell, as in a container: the program would not take the process 1 for one that runs.
    const running = spawn('unshare', [...container, 'sh', '-c', '"$@"; true', 'sh', ...program], {
      cwd: surroundings.cwd,
      env: cleanEnvironment(surroundings),
      stdio: 'ignore',
    });
    try {
      const records = room.path('account', 'sessions');
      const all = async () =>
        (await readdir(records).catch(() => [])).filter((file) => file.endsWith('.json'));
      await pollUntil(
        'a session record',
        async () => (await all()).length > 0 && room.api.conversations.length > 0,
        async () => (await all()).join(', '),
      );
      const record = await readFile(join(records, theOnly(await all())), 'utf8');
      // What makes the difference: only the newer program says where its process id is meant.
      expect(memberOf(JSON.parse(record), 'pidDomain') !== undefined).toBe(name === 'new');
      expect(record).toContain('procStart');
      expect(await findLiveSessions([accountHome])).toMatchObject({
        sessions: [{ processState: 'unknown' }],
        problems: [],
      });
    } finally {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
  },
);
