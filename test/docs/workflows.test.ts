import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pathInRepository } from './support/source.ts';

const folder = pathInRepository('.github/workflows');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const files = readdirSync(folder);

/** A step that could change without this repository changing would get to see what is published. */
test.each(files)('%s runs actions of one commit only, each told by its version, too', (name) => {
  const used = [...read(name).matchAll(/uses: (.*)$/gm)].map(([, it = '']) => it);
  const pinned = /^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  expect(used.filter((it) => !it.startsWith('./') && !pinned.test(it))).toEqual([]);
  expect(used).not.toEqual([]);
});

test.each(files)('%s has no permission but those that a job asks for', (name) => {
  expect(read(name)).toContain('\npermissions: {}\n');
});

test('only the job that publishes may do more than read', () => {
  const granted = files.flatMap((name) =>
    [...read(name).matchAll(/^ +([\w-]+: write)/gm)].map(([, it]) => `${name} ${it}`),
  );
  expect(granted).toEqual(['publish.yml id-token: write']);
  const [, publishing = ''] = read('publish.yml').split('\n  publish:\n');
  expect(publishing).toContain('id-token: write');
  expect(publishing).toContain('needs: check');
});

test('the package is tried on every system with every Node that it promises', () => {
  expect(read('check.yml')).toContain('node: [20, 22, 24, 26]');
  expect(read('check.yml')).toMatch(/os: \[ubuntu-.*, macos-.*, windows-.*\]/);
});

describe('a commit can be released', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'claude-shared-state-release-'));
    const url = 'git+https://github.com/me/it.git';
    writeJson('package.json', { version: '1.2.3', repository: { type: 'git', url } });
    writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## [1.2.3] - 2031-02-03\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const complaints = (tag: string, repository: string) => {
    const script = pathInRepository('.ci/release-ready.mjs');
    const options = { cwd: root, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, [script, tag, repository], options);
    return { status, lines: stderr.split('\n').filter((line) => line !== '') };
  };
  const writeJson = (name: string, content: object) =>
    writeFileSync(join(root, name), JSON.stringify(content));

  test('when tag, version, changelog and repository agree', () => {
    expect(complaints('v1.2.3', 'me/it')).toEqual({ status: 0, lines: [] });
  });

  test('and not with the tag of another version', () => {
    expect(complaints('v1.2.4', 'me/it')).toEqual({
      status: 1,
      lines: [expect.stringContaining('v1.2.4')],
    });
  });

  test('but not without its changes, nor from another repository', () => {
    writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n');
    const { status, lines } = complaints('v1.2.3', 'you/it');
    expect(status).toBe(1);
    expect(lines).toEqual([
      expect.stringContaining('CHANGELOG.md'),
      expect.stringContaining('git+https://github.com/you/it.git'),
    ]);
  });
});
