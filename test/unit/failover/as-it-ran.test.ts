import { join } from 'node:path';
import { relaunchSessions, saveResumeUUIDs } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { keepArguments } from '../../../src/failover/swap/launch-arguments.ts';
import { ONE, setStage, startBoth, swap, told } from '../support/swapping.ts';
import { at, inWorld, makeFile, makeLink, type World, worldKinds } from '../support/world.ts';

const SECRET = '{"mcpServers":{"x":{"command":"x","env":{"TOKEN":"t"}}}}';

test.each<readonly [given: readonly string[], kept: readonly string[], omitted: readonly string[]]>(
  [
    [[], [], []],
    [['Fix the bug'], [], []],
    [['--model', 'opus', 'Fix the bug'], ['--model', 'opus'], []],
    [
      ['--add-dir', '/a b', '../c', '--verbose', 'Hi'],
      ['--add-dir', '/a b', '../c', '--verbose'],
      [],
    ],
    [['-r', ONE, '--dangerously-skip-permissions'], ['--dangerously-skip-permissions'], []],
    [['--resume', ONE, 'Go on', '-c', '--fork-session'], [], []],
    [['--session-id=x', '--model=opus', '--', '--verbose'], ['--model=opus'], []],
    [['--tools', '', '-w', 'tree', '-r', ONE], ['--tools', '', '-w', 'tree'], []],
    [['-w', '-r', ONE], [], ['-w unknown']],
    [['--new-option', 'a', 'b', '--ide'], ['--ide'], ['--new-option unknown']],
    [['--mcp-config', SECRET, '--ide'], ['--ide'], ['--mcp-config secret']],
    [['--settings', '{"apiKey": "x"}'], [], ['--settings secret']],
    ...[
      '{"mcpServers":{"pg":{"command":"npx","args":["-y","postgresql://app:s3cret@db/prod"]}}}',
      '{"mcpServers":{"x":{"type":"http","url":"https://mcp.example.com/mcp?key=AbC123"}}}',
      'srv --api-token abc',
      'https://me@example.com/plugin',
      'https://example.com/plugin?sig=abc',
      'Deploy with PASS=hunter2',
      'Deploy as AKIAIOSFODNN7EXAMPLE',
      'Push with ghp_0123456789abcdef',
    ].map((value) => [['--plugin-url', value], [], ['--plugin-url secret']] as const),
    [
      ['--append-system-prompt', 'All tests pass: ask the task-list, key by key'],
      ['--append-system-prompt', 'All tests pass: ask the task-list, key by key'],
      [],
    ],
    [['--mcp-config', '/w/mcp.json'], ['--mcp-config', '/w/mcp.json'], []],
    [['--append-system-prompt', 'a\nb'], [], ['--append-system-prompt not-typeable']],
    [['--debug', '--ide'], ['--debug', '--ide'], []],
  ],
)('of the arguments in case %# those are kept that say how a session runs', (given, kept, left) => {
  const { args, omitted } = keepArguments(given);
  expect(args).toEqual(kept);
  expect(omitted.map(({ argument, reason }) => `${argument} ${reason}`)).toEqual(left);
});

/** Says how the program in a terminal was started: from `opt/claude`, which is there. */
function launched(
  world: World,
  { terminal }: ReturnType<typeof setStage>,
  pid: number,
  args: readonly string[],
  PATH = at(world, 'opt'),
): void {
  const executable = at(world, 'opt/claude');
  makeFile(world, executable, '');
  terminal.launches.set(pid, { executable, args, env: { PATH } });
}

describe.each(worldKinds)('a session (%s)', (kind) => {
  test('is resumed with the program and the arguments that it ran with', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const pid = stage.terminal.start('api', ONE, stage.from);
      const args = ['--model', 'opus', '--mcp-config', SECRET, 'Fix it'];
      launched(world, stage, pid, args, '/nowhere');
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ api: 'resumed' });
      const [, command = ''] = stage.terminal.entered.find(([name]) => name === 'api') ?? [];
      expect(command.endsWith(`/opt/claude --resume ${ONE} --model opus`)).toBe(true);
      const saved = join(stage.stateDirectory, 'api', 'launch.json');
      expect(String(world.fs.readFileSync(saved, 'utf8'))).not.toContain('TOKEN');
    }));

  test('is started by its name if that is what the PATH leads to', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const pid = stage.terminal.start('api', ONE, stage.from);
      launched(world, stage, pid, ['--ide'], `/nowhere:${at(world, 'opt')}`);
      await swap(stage);
      const [, command = ''] = stage.terminal.entered.find(([name]) => name === 'api') ?? [];
      expect(command.endsWith(` claude --resume ${ONE} --ide`)).toBe(true);
    }));

  test('is started by its name if the program was updated since', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const pid = stage.terminal.start('api', ONE, stage.from);
      for (const name of ['1', '2']) makeFile(world, at(world, `versions/${name}`), '');
      makeLink(world, at(world, 'bin/claude'), at(world, 'versions/2'));
      const env = { PATH: `:relative:${at(world, 'bin')}` };
      stage.terminal.launches.set(pid, { executable: at(world, 'versions/1'), args: [], env });
      await swap(stage);
      const [, command = ''] = stage.terminal.entered.find(([name]) => name === 'api') ?? [];
      expect(command.endsWith(` claude --resume ${ONE}`)).toBe(true);
    }));

  test('is not moved if only the directory of the caller would have its program', () =>
    inWorld('memory', async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const pid = stage.terminal.start('api', ONE, stage.from);
      makeFile(world, join(process.cwd(), 'claude'), '');
      const executable = at(world, 'gone/node');
      stage.terminal.launches.set(pid, { executable, args: [], env: { PATH: ':.' } });
      const { problems } = await swap(stage);
      expect(problems).toContainEqual(expect.objectContaining({ reason: 'program-missing' }));
    }));

  test('that was saved and then killed is relaunched as it ran, and not another one', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const pid = stage.terminal.start('api', ONE, stage.from);
      const { from, to, options } = stage;
      launched(world, stage, pid, ['--effort', 'high', '--x']);
      const [api] = stage.sessions;
      if (api === undefined) throw new Error('no session');
      const { terminal, stateDirectory, fs, processInspector, required } = options;
      const common = { terminal, stateDirectory, fs, processInspector };
      const saved = await saveResumeUUIDs([api], { ...common, accountHomes: [from, to] });
      const omitted = { code: 'launch-argument-omitted', argument: '--x', reason: 'unknown' };
      expect(saved.sessions[0]?.problems).toEqual([expect.objectContaining(omitted)]);
      await stage.terminal.signal('api', pid, 'SIGKILL');
      await relaunchSessions([api], { ...options, required, targetHome: to });
      expect(stage.terminal.entered[0]?.[1]).toMatch(/ --effort high$/);

      const other = join(stateDirectory, 'api', 'launch.json');
      makeFile(world, other, '{"sessionId":"another","args":["--ide"]}');
      const [running = 0] = (await stage.terminal.processIds('api')).slice(1);
      await stage.terminal.signal('api', running, 'SIGKILL');
      await relaunchSessions([api], { ...options, required, targetHome: to });
      expect(stage.terminal.entered[1]?.[1]).not.toContain('--ide');
    }));

  test('without a shell is left alone, or gets one if that is asked for', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.loseShell('api');
      const [, pid = 0] = await stage.terminal.processIds('api');
      launched(world, stage, pid, []);
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ api: 'skipped terminal-busy', web: 'resumed' });
      expect(stage.terminal.runningIn('api')?.accountHome).toBe(stage.from);

      const again = await swap(stage, { onNoShell: 'respawn' });
      expect(told(again.sessions)).toMatchObject({ api: 'resumed', web: 'already-running' });
      expect(stage.terminal.respawned).toEqual(['api']);
      // The new shell may have another PATH.
      expect(stage.terminal.entered.at(-1)?.[1]).toContain('/opt/claude --resume');
    }));
});
