import { isSharedStateError } from 'claude-shared-state';
import { locateTranscripts, projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { changedAt } from '../support/hooked.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  worldKinds,
} from '../support/world.ts';
import { id, message, setSession, transcriptIn } from './support.ts';

describe.each(worldKinds)('locateTranscripts, in %s,', (kind) => {
  test('lists a shared transcript once, with the path of each home and of the target', async () => {
    await inWorld(kind, async (world) => {
      const { homes, projects, cwd } = setSession(world);
      const required = requiredIn(world);
      const { transcripts, unreadable } = await locateTranscripts(id, {
        accountHomes: homes,
        required,
        fs: world.fs,
      });
      expect(transcripts).toHaveLength(1);
      const key = projectKey(cwd);
      expect(transcripts[0]?.paths.map(({ path, accountHome }) => [path, accountHome])).toEqual([
        [transcriptIn(`${homes[0]}/projects`, key), homes[0]],
        [transcriptIn(`${homes[1]}/projects`, key), homes[1]],
        [transcriptIn(projects, key), undefined],
      ]);
      expect(transcripts[0]).toMatchObject({ kind: 'file', size: message().length });
      expect(transcripts[0]?.modifiedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
      expect(unreadable).toEqual([]);
    });
  });

  test('gives the last time there is for a file that is of later', async () => {
    await inWorld(kind, async (world) => {
      const { homes } = setSession(world);
      const { transcripts } = await locateTranscripts(id, {
        accountHomes: homes,
        required: requiredIn(world),
        fs: changedAt(world, 9n * 10n ** 15n),
      });
      expect(transcripts[0]?.modifiedAt).toEqual(new Date(8.64e15));
    });
  });

  test('lists each copy, that of the working directory first', async () => {
    await inWorld(kind, async (world) => {
      const first = transcriptIn(at(world, 'a/projects'), '-elsewhere');
      const second = transcriptIn(at(world, 'b/projects'), projectKey('/work'));
      makeFile(world, first, 'aa');
      makeFile(world, second, 'b');
      const { transcripts } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a'), at(world, 'b')],
        required: requiredIn(world),
        cwd: '/work',
        fs: world.fs,
      });
      expect(transcripts.map(({ paths, size }) => [paths[0].path, size])).toEqual([
        [second, 1],
        [first, 2],
      ]);
    });
  });

  test('follows links, and reports them', async () => {
    await inWorld(kind, async (world) => {
      const real = makeFile(world, at(world, 'real.jsonl'), message());
      const linked = makeLink(world, transcriptIn(at(world, 'a/projects'), '-one'), real);
      makeFile(world, transcriptIn(at(world, 'moved'), 'two'), 'other');
      makeLink(world, at(world, 'a/projects/-two'), at(world, 'moved/two'));
      const { transcripts } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a')],
        fs: world.fs,
      });
      const told = transcripts.flatMap(({ paths }) => paths);
      expect(told).toContainEqual(
        expect.objectContaining({ path: linked, isLink: true, isInLinkedDirectory: false }),
      );
      expect(told).toContainEqual(
        expect.objectContaining({ projectKey: '-two', isLink: false, isInLinkedDirectory: true }),
      );
    });
  });

  test('lists two hard links as two paths of one file', async () => {
    await inWorld(kind, async (world) => {
      const first = makeFile(world, transcriptIn(at(world, 'a/projects'), '-one'), message());
      const second = transcriptIn(at(world, 'a/projects'), '-two');
      makeDirectory(world, at(world, 'a/projects/-two'));
      world.fs.linkSync(first, second);
      const { transcripts } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a')],
        fs: world.fs,
      });
      expect(transcripts.map(({ paths }) => paths.map(({ path }) => path).toSorted())).toEqual([
        [first, second],
      ]);
    });
  });

  test('reports a directory with the name of a transcript', async () => {
    await inWorld(kind, async (world) => {
      makeDirectory(world, transcriptIn(at(world, 'a/projects'), '-one'));
      const { transcripts } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a')],
        fs: world.fs,
      });
      expect(transcripts.map((one) => one.kind)).toEqual(['directory']);
    });
  });

  test('finds nothing in a home that is missing, or has no projects', async () => {
    await inWorld(kind, async (world) => {
      const found = await locateTranscripts(id, {
        accountHomes: [at(world, 'nobody'), makeDirectory(world, at(world, 'a'))],
        fs: world.fs,
      });
      expect(found).toEqual({ transcripts: [], unreadable: [] });
    });
  });

  test('reports projects that link to themselves as unreadable', async () => {
    await inWorld(kind, async (world) => {
      const link = makeLink(world, at(world, 'a/projects'), at(world, 'a/projects'));
      const { unreadable } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a')],
        fs: world.fs,
      });
      expect(unreadable).toEqual([{ path: link, accountHome: at(world, 'a'), errno: 'ELOOP' }]);
    });
  });
});

test('locateTranscripts accepts a newline or __proto__ in project names', async () => {
  await inWorld('disk', async (world) => {
    for (const key of ['new\nline', '__proto__', 'constructor', '\u001b[31m']) {
      makeFile(world, transcriptIn(at(world, 'a/projects'), key), message());
    }
    const { transcripts } = await locateTranscripts(id, {
      accountHomes: [at(world, 'a')],
      fs: world.fs,
    });
    expect(transcripts.map(({ paths }) => paths[0].projectKey).toSorted()).toEqual(
      ['\u001b[31m', '__proto__', 'constructor', 'new\nline'].toSorted(),
    );
  });
});

test('locateTranscripts refuses everything that is wrong at once, and reads nothing', async () => {
  // @ts-expect-error -- what a caller without types may hand over
  const error: unknown = await locateTranscripts('../../etc/passwd', { accountHomes: [] }).catch(
    (reason: unknown) => reason,
  );
  if (!isSharedStateError(error)) throw new Error('it is told as a SharedStateError');
  expect(error.operation).toBe('locateTranscripts');
  expect(error.problems.map(({ code }) => code)).toEqual(['invalid-argument', 'invalid-argument']);
});
