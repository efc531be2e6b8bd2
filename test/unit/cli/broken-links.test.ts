import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const doctor = async () => (await run(['doctor'], { home: user.home })).stdout;

describe('what stands where a link belongs is drawn:', () => {
  test('a link that goes in a circle, with its text', async () => {
    await user.bare('.claude');
    await user.link('projects', '.claude/projects');

    expect(await doctor()).toContain('├──▶ projects  links to itself\n');
  });

  test('a file', async () => {
    await user.bare('.claude');
    await user.write('.claude/projects', '');

    expect(await doctor()).toContain('├──▶ a file\n');
  });

  test('a FIFO', async () => {
    await user.bare('.claude');
    execFileSync('mkfifo', [user.at('.claude/projects')]);

    expect(await doctor()).toContain('├──▶ a FIFO, a socket or a device\n');
  });

  test('in a narrow terminal, with its remark below', async () => {
    await user.bare('.claude');
    await user.link('/mnt/volume', '.claude/projects');

    const { stdout } = await run(['doctor'], { home: user.home, columns: 30 });

    expect(stdout).toContain('    ├──▶ /mnt/volume\n         does not exist\n');
  });
});

describe('a link to another place:', () => {
  test('it is only looked at, also through a relative link', async () => {
    await user.bare('.claude');
    await mkdir(user.at('elsewhere'));
    await user.link('../elsewhere', '.claude/projects');

    const told = await doctor();

    expect(told).toContain(`  ls -la '${user.at('.claude/projects')}'/\n`);
    expect(told).not.toMatch(/^ {2}(rm|mv|cp) /m);
  });

  test('it is left alone, and its root named, where another root was forgotten', async () => {
    await user.bare('.claude');
    await mkdir(user.at('srv'));
    const root = user.at('srv');
    await run(['ensure', '--root', root], { home: user.home });

    const { stdout } = await run(['doctor', '--home', user.at('.claude')], { home: user.home });

    expect(stdout).toContain(
      `  claude-shared-state doctor --home ${user.at('.claude')} --root ${root}\n`,
    );
    expect(stdout).not.toMatch(/^ {2}(rm|mv|cp|ls) /m);
  });

  test('it is left alone where it is in a home that was not named', async () => {
    await user.transcript('.claude/projects/-work');
    await user.bare('.claude');
    await user.bare('.claude-work');
    await user.link(user.at('.claude/projects'), '.claude-work/projects');

    const argv = ['doctor', '--home', user.at('.claude-work'), '--root', user.home];
    const { stdout } = await run(argv, { home: user.home });

    expect(stdout).toContain('[divergent-link]');
    expect(stdout).not.toMatch(/^ {2}(rm|mv|cp) /m);
  });
});
