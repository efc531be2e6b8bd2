import { describe, expect, test } from 'vitest';
import type { FileInfo } from '../../../src/fs/file-info.ts';
import { SessionKeys } from '../../../src/migrate/scan/session-keys.ts';
import { ID, OTHER_ID } from '../support/migrating.ts';

const file: FileInfo = {
  kind: 'file',
  device: 1n,
  inode: 1n,
  birthtimeNs: 0n,
  size: 1,
  linkCount: 1,
  uid: 0,
  mode: 0o600,
  mtimeNs: 0n,
};

/** The numbers of the trees that have a transcript, by path; two trees, and the target as the last one. */
type Places = Readonly<Record<string, readonly number[]>>;

function keysOf(places: Places) {
  const keys = new SessionKeys(2);
  const directories = new Set(Object.keys(places).map((path) => path.split('/')[0] ?? ''));
  for (const directory of directories) {
    const groups = Object.entries(places)
      .filter(([path]) => path.startsWith(`${directory}/`))
      .map(([path, sources]) => ({
        path,
        name: path.slice(path.lastIndexOf('/') + 1),
        copies: [0, 1, 2].map((source) => (sources.includes(source) ? file : undefined)),
      }));
    keys.see(groups, directory);
  }
  return keys.inTwoProjects();
}

const [one, two] = [`-one/${ID}.jsonl`, `-two/${ID}.jsonl`];

describe('a session', () => {
  test('with one project key everywhere is fine', () => {
    expect(keysOf({ [one]: [0, 1, 2], [`-two/${OTHER_ID}.jsonl`]: [0] })).toEqual([]);
  });

  test('with another key in the second home is found there', () => {
    expect(keysOf({ [one]: [0], [two]: [1] })).toEqual([
      {
        sessionId: ID,
        path: { source: 1, path: two },
        other: { source: 0, path: one },
        wasSoBefore: false,
      },
    ]);
  });

  test('keeps the key that the target has', () => {
    expect(keysOf({ [one]: [0], [two]: [2] })).toMatchObject([
      { path: { source: 0, path: one }, other: { source: 2, path: two }, wasSoBefore: false },
    ]);
  });

  test('with two keys in one home had them before', () => {
    expect(keysOf({ [one]: [0], [two]: [0] })).toMatchObject([{ wasSoBefore: true }]);
  });

  test('with two keys in the target had them before', () => {
    expect(keysOf({ [one]: [2], [two]: [2, 0] })).toMatchObject([{ wasSoBefore: true }]);
  });

  test('with two keys in one home had them before, also if another home has one of them', () => {
    expect(keysOf({ [one]: [0, 1], [two]: [1] })).toMatchObject([{ wasSoBefore: true }]);
  });

  test('is told by its own transcript only, not by those of sub-agents or other files', () => {
    expect(
      keysOf({
        [one]: [0],
        [`-two/${ID}/subagents/${ID}.jsonl`]: [1],
        [`-two/${ID}.json`]: [1],
        '-two/notes.jsonl': [1],
        '-one/notes.jsonl': [0],
      }),
    ).toEqual([]);
  });
});
