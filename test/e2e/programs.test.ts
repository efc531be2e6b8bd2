import { expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';

test.each(programs.map(({ name, version }) => [name, version] as const))(
  'the %s program is version %s',
  async (name, version) => {
    const room = await enterCleanRoom(name);

    const outcome = await runClaude(['--version'], room.surroundings());

    expect(outcome).toEqual({ exitCode: 0, stdout: `${version} (Claude Code)\n`, stderr: '' });
  },
);
