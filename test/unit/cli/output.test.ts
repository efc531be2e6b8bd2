import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { Output } from '../../../src/cli/ui/output.ts';
import { userHome } from './support/homes.ts';
import { paper } from './support/paper.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const doctor = (more: Partial<Surroundings>) => run([], { home: user.home, ...more });
const COLOUR = '\u001B[';

async function brokenHomes(): Promise<void> {
  await user.bare('.claude');
  await user.link('/mnt/volume/of/somebody', '.claude/projects');
  await user.healthy('.claude-work');
  await user.mode('.claude-projects-shared', 0o755);
}

describe('colors are there', () => {
  test.each([
    ['on a terminal', { columns: 80, env: { NO_COLOR: '' } }],
    ['in a pipe with FORCE_COLOR', { env: { NO_COLOR: '', FORCE_COLOR: '1' } }],
  ])('%s', async (_, more) => {
    await brokenHomes();

    expect((await doctor(more)).stdout).toContain(COLOUR);
  });
});

describe('colors are not there', () => {
  test.each([
    ['in a pipe', { env: { NO_COLOR: '' } }],
    ['with NO_COLOR', { columns: 80, env: { NO_COLOR: '1' } }],
    ['with NO_COLOR, even with FORCE_COLOR', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }],
    ['on a dumb terminal', { columns: 80, env: { NO_COLOR: '', TERM: 'dumb' } }],
  ])('%s', async (_, more) => {
    await brokenHomes();

    expect((await doctor(more)).stdout).not.toContain(COLOUR);
  });

  test('with --no-color', async () => {
    await brokenHomes();

    const { stdout } = await run(['--no-color'], {
      home: user.home,
      columns: 80,
      env: { NO_COLOR: '' },
    });
    expect(stdout).not.toContain(COLOUR);
  });
});

describe.each([40, 60, 80, 120])('in %i columns', (columns) => {
  test('only what is to be copied is wider: paths, commands and rules', async () => {
    await brokenHomes();

    const { stdout } = await doctor({ columns });

    const wide = stdout.split('\n').filter((line) => stringWidth(line) > columns);
    for (const line of wide) expect(line).toMatch(/[~/][\w./-]+'?$/);
  });

  test('--verbose shows every link with its state', async () => {
    await brokenHomes();

    const { stdout } = await run(['doctor', '--verbose'], { home: user.home, columns });

    expect(stdout).toContain('✗ dangling');
    expect(stdout.match(/✓ linked/g)).toHaveLength(3);
  });
});

test('a table is aligned, also with names that are wider than they are long', async () => {
  await user.healthy('.claude-日本語');
  await user.healthy('.claude-é');

  const { stdout } = await run(['doctor', '--verbose'], { home: user.home, columns: 120 });

  const rows = stdout.split('\n').filter((line) => line.includes('✓ linked'));
  const columns = rows.map((row) => stringWidth(row.slice(0, row.indexOf('✓'))));
  expect(new Set(columns).size).toBe(1);
});

test('what is on the disk cannot command the terminal', async () => {
  await user.bare('.claude-a');
  await user.link('/x/\u001B[2J\u0007/y', '.claude-a/projects');

  const { stdout } = await doctor({ columns: 80 });

  expect(stdout).not.toContain('\u001B');
  expect(stdout).toContain(String.raw`/x/\u{1b}[2J\u{7}/y`);
});

test('a terminal that does not say how wide it is counts as one of 80 columns', () => {
  const screen = { isTTY: true, columns: undefined, write: () => undefined };
  const out = new Output(screen, { env: {}, home: '/home/me' }, true);

  expect(out.width).toBe(80);
});

test.each([
  ['/home/me', 'see ~/x'],
  ['/', 'see /home/me/x'],
  ['', 'see /home/me/x'],
])('in a sentence paths below the home %s are shortened', (home, words) => {
  expect(paper(80, {}, home).out.prose('see /home/me/x')).toBe(words);
});
