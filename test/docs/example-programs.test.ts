import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from './support/run.ts';
import { pathInRepository } from './support/source.ts';

const repository = pathInRepository('.');
const accounts = (home: string) => ['.claude-work', '.claude-spare'].map((it) => join(home, it));

describe('the programs in examples/', () => {
  test('daemon-startup.ts makes the links, and exits 0', async () => {
    const { exitCode, stdout } = await run('examples/daemon-startup.ts', repository, accounts);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^created .*\.claude-spare\/projects$/m);
  });

  test('daemon-startup.ts wakes a person for what it may not fix, and exits 1', async () => {
    const { exitCode, stderr } = await run('examples/daemon-startup.ts', repository);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('invalid-argument');
    expect(stderr).toContain('wake a person');
  });

  test('daemon-startup.ts asks for a merge if a directory is there, and exits 1', async () => {
    const { exitCode, stderr } = await run('examples/daemon-startup.ts', repository, (home) => {
      const [account = ''] = accounts(home);
      mkdirSync(join(account, 'projects'), { recursive: true });
      return [account];
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/=> stop the sessions there and merge .*\.claude-work\/projects into/);
  });

  test('memfs-unit-test.ts passes', async () => {
    const { exitCode, stdout } = await run('examples/memfs-unit-test.ts', repository);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/pass 4$/m);
    expect(stdout).toMatch(/fail 0$/m);
  });

  test('custom-shared-list.ts shares what it always shares', async () => {
    const { exitCode, stdout } = await run('examples/custom-shared-list.ts', repository, accounts);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/projects linked -> .*\.claude-shared\/projects$/m);
    expect(stdout).not.toContain('memory');
  });

  test('custom-shared-list.ts shares a memory directory when asked to', async () => {
    const { exitCode, stdout } = await run('examples/custom-shared-list.ts', repository, (home) => [
      '--memory',
      ...accounts(home),
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/memory linked -> .*\.claude-shared\/memory$/m);
  });

  test('smoke-probe.ts says why each stored id cannot be resumed, and exits 1', async () => {
    const { exitCode, stdout } = await run('examples/smoke-probe.ts', repository, (home) => {
      const [account = ''] = accounts(home);
      const [lost, corrupted] = [join(home, 'lost.id'), join(home, 'corrupted.id')];
      writeFileSync(lost, '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e\n');
      writeFileSync(corrupted, 'No conversation found');
      return ['--home', account, lost, corrupted];
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAIL .*lost\.id .*transcript-missing \[choose-session\]/m);
    expect(stdout).toMatch(/^FAIL .*corrupted\.id .*session-id-invalid \[choose-session\]/m);
  });

  describe('migrate-with-progress.ts', () => {
    const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
    const transcripts = ['{"n":1}\n{"n":2}\n', '{"n":1}\n'];

    /** Runs it once with each list of flags; returns what the homes hold afterwards. */
    async function runInTurn(...turns: readonly (readonly string[])[]) {
      const root = mkdtempSync(join(realpathSync(tmpdir()), 'migrate-example-'));
      const homes = accounts(root);
      for (const [index, home] of homes.entries()) {
        mkdirSync(join(home, 'projects/-app'), { recursive: true });
        writeFileSync(join(home, `projects/-app/${id}.jsonl`), transcripts[index] ?? '');
      }
      const endings = [];
      for (const flags of turns) {
        const file = 'examples/migrate-with-progress.ts';
        endings.push(await run(file, repository, () => [...flags, ...homes], root));
      }
      const projects = homes.map((home) => join(home, 'projects'));
      const seen = {
        endings,
        last: endings.at(-1),
        linked: projects.map((path) => lstatSync(path).isSymbolicLink()),
        read: projects.map((path) => readFileSync(join(path, `-app/${id}.jsonl`), 'utf8')),
        entries: readdirSync(root),
      };
      rmSync(root, { recursive: true });
      return seen;
    }

    test('shows the plan, and changes nothing without --yes', async () => {
      const { last, linked, read, entries } = await runInTurn([]);
      expect(last).toMatchObject({ exitCode: 0 });
      expect(last?.stdout).toMatch(/^merge .*\.claude-work\/projects -> .*-projects-shared: /m);
      expect(last?.stdout).toMatch(/^link .*\.claude-spare\/session-env -> /m);
      expect(last?.stdout).toContain('Nothing was changed. Add --yes to do it.');
      expect([linked, read]).toEqual([[false, false], transcripts]);
      expect(entries.toSorted()).toEqual(['.claude-spare', '.claude-work']);
    });

    test('with --yes prints phases, through a pipe no bar', async () => {
      const { last, linked, read } = await runInTurn(['--yes']);
      expect(last).toMatchObject({ exitCode: 0 });
      expect(last?.stdout).toMatch(/^plan …\nabsorb …\ncut-over …\ncatch-up …\ndone$/m);
      expect(last?.stdout).toMatch(/^restore point: .*\.claude-work\/\.claude-shared-state\//m);
      for (const drawing of ['\r', '\u001B', '█']) expect(last?.stdout).not.toContain(drawing);
      expect([linked, read]).toEqual([
        [true, true],
        [transcripts[0], transcripts[0]],
      ]);
    });

    test('with --restore changes nothing without --yes', async () => {
      const { last, linked } = await runInTurn(['--yes'], ['--restore']);
      expect(last).toMatchObject({ exitCode: 0, stderr: '' });
      expect(last?.stdout).toMatch(/^restore {2}.*\.claude-work\/projects: 1 files to copy/m);
      expect(last?.stdout).toContain('Nothing was changed. Add --yes to do it.');
      expect(linked).toEqual([true, true]);
    });

    test('with --restore and --yes gives directories back', async () => {
      const { last, linked, read } = await runInTurn(['--yes'], ['--restore', '--yes']);
      expect(last).toMatchObject({ exitCode: 0, stderr: '' });
      expect(last?.stdout).toMatch(/^done: restored projects, .* of .*\.claude-work$/m);
      expect([linked, read]).toEqual([
        [false, false],
        [transcripts[0], transcripts[0]],
      ]);
    });

    test('exits 1 and says why if something blocks it', async () => {
      const { endings, linked } = await runInTurn(['--restore', '--yes'], ['--yes', 'relative']);
      expect(endings.map(({ exitCode }) => exitCode)).toEqual([1, 1]);
      expect(endings[0]?.stderr).toContain('error no-restore-point: ');
      expect(linked).toEqual([false, false]);
    });
  });

  test('are all run, here or, if they need the real program, end to end', () => {
    const programs = readdirSync(join(repository, 'examples'));
    expect(programs.filter((it) => it.endsWith('.ts') && !it.startsWith('demo'))).toEqual([
      'agent-runner.ts',
      'custom-shared-list.ts',
      'daemon-startup.ts',
      'memfs-unit-test.ts',
      'migrate-with-progress.ts',
      'session-store.ts',
      'smoke-probe.ts',
    ]);
  });
});

describe('the demo', async () => {
  const demo = await run('examples/demo.ts', repository);
  const [, before = '', validated = '', , merged = '', after = '', restored = ''] =
    demo.stdout.split(/^\d {2}/m);

  test('exits 0, complains of nothing, and leaves nothing behind', () => {
    expect(demo).toMatchObject({ exitCode: 0, stderr: '', leftovers: [] });
  });

  test('shows what the command prints of three homes with different faults', () => {
    expect(before).toContain('  $ claude-shared-state\n');
    for (const home of ['work', 'spare', 'old']) expect(before).toContain(`~/.claude-${home}`);
    expect(before).toContain('claude-shared-state migrate');
  });

  test('shows what validateAll created, and what it refused and why', () => {
    expect(validated).toContain('✓ created ~/.claude-work/projects');
    expect(validated).toMatch(/refused: divergent-link\n +~\/\.claude-spare\/projects /);
    expect(validated).toMatch(/refused: not-a-symlink\n +~\/\.claude-old\/projects /);
  });

  test('merges, ends healthy, and has lost no record', () => {
    expect(merged).toContain('✓ done');
    expect(after).not.toContain('✗');
    expect(after).toContain('6 records before, 6 after, 0 lost');
  });

  test('gives a home its own directory back, with every record', () => {
    expect(restored).toContain('✓ restored ~/.claude-old/projects: 6 records');
  });

  test('fits a terminal of 80 columns, and sends no colors where there is none', () => {
    const lines = demo.stdout.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(demo.stdout).not.toContain('\u001B');
  });
});
