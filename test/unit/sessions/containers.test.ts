import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { INITIAL_PID_NAMESPACE } from '../../../src/fs/pid-namespace.ts';
import { sightingIn } from '../../../src/fs/processes.ts';
import { bundleChild } from '../support/child.ts';
import { needs, whyNoContainer, whyNoProc } from '../support/required-here.ts';
import { theId } from '../support/session-id.ts';
import { at, inWorld, makeFile } from '../support/world.ts';

const container = ['--pid', '--fork', '--mount-proc', '--kill-child'];

test('a session in another container is unknown if its record does not say where it runs', async (context) => {
  needs(context, whyNoProc() ?? whyNoContainer());
  await inWorld('disk', async (world) => {
    const script = await bundleChild('live-sessions-child.ts', world.root);
    const home = at(world, 'home');
    const fromHere = async () => (await findLiveSessions([home])).sessions;
    const fromAnotherContainer = (): unknown =>
      JSON.parse(
        execFileSync('unshare', [...container, process.execPath, script, home], {
          encoding: 'utf8',
        }),
      );

    // Two processes, so that one has a number that the host has given away, too.
    const running = spawn(
      'unshare',
      [...container, 'sh', '-c', 'sleep 60 & cat /proc/1/stat /proc/$!/stat && wait'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    for await (const chunk of running.stdout) {
      output += String(chunk);
      if (output.split('\n').length > 2) break;
    }
    const stats = output.trim().split('\n');
    expect(stats).toHaveLength(2);
    for (const stat of stats) {
      const seen = sightingIn(stat);
      // As 2.1.197 writes it, without a `pidDomain`.
      const record = {
        sessionId: theId,
        procStart: seen?.state === 'running' ? seen.start : undefined,
        version: '2.1.197',
      };
      makeFile(world, `${home}/sessions/${stat.split(' ')[0]}.json`, JSON.stringify(record));
    }
    const both = [{ processState: 'unknown' }, { processState: 'unknown' }];
    expect(await fromHere()).toMatchObject(both);
    expect(fromAnotherContainer()).toMatchObject({ sessions: both, problems: [] });

    running.kill('SIGKILL');
    await once(running, 'exit');
    const isHost = readlinkSync('/proc/self/ns/pid') === `pid:[${INITIAL_PID_NAMESPACE}]`;
    await expect.poll(fromHere).toMatchObject(isHost ? [] : both);
    expect(fromAnotherContainer()).toMatchObject({ sessions: both, problems: [] });
  });
});
