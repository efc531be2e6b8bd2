import { locateTranscripts } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { failing, type Hooks, showing } from '../support/hooked.ts';
import { at, inWorld, makeFile, requiredIn, type World, worldKinds } from '../support/world.ts';
import { id, setSession, transcriptIn } from './support.ts';

/** A file system that numbers no inodes, as some that are mounted over a network. */
function withoutNumbers(world: World, hooks?: Hooks) {
  return showing(world, () => ({ ino: 0n }), hooks);
}

describe.each(worldKinds)('where inodes have no numbers, in %s,', (kind) => {
  test('a directory that is reached in several ways is told by its real path', () =>
    inWorld(kind, async (world) => {
      const { homes, projects } = setSession(world);
      const options = { accountHomes: homes, required: requiredIn(world) };

      const { transcripts } = await locateTranscripts(id, {
        ...options,
        fs: withoutNumbers(world),
      });

      const numbered = await locateTranscripts(id, { ...options, fs: world.fs });
      expect(transcripts).toEqual(numbered.transcripts);
      expect(transcripts[0]?.paths).toHaveLength(3);
      expect(transcripts[0]?.paths[2]?.path).toContain(projects);
    }));

  test('copies are told from each other by their paths', () =>
    inWorld(kind, async (world) => {
      const paths = ['a', 'b'].map((home) => transcriptIn(at(world, `${home}/projects`), '-work'));
      for (const path of paths) makeFile(world, path, 'x');

      const { transcripts } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a'), at(world, 'b')],
        required: requiredIn(world),
        fs: withoutNumbers(world),
      });

      // The newest is first, which either may be.
      expect(transcripts.map(({ paths }) => paths[0].path).toSorted()).toEqual(paths);
    }));

  test('a directory whose real path cannot be told is named as not looked at', () =>
    inWorld(kind, async (world) => {
      makeFile(world, transcriptIn(at(world, 'a/projects'), '-work'), 'x');

      const { transcripts, unreadable } = await locateTranscripts(id, {
        accountHomes: [at(world, 'a')],
        required: requiredIn(world),
        fs: withoutNumbers(
          world,
          failing('EACCES', (call) => call === 'realpath'),
        ),
      });

      expect(transcripts).toEqual([]);
      expect(unreadable).toContainEqual({
        path: at(world, 'a/projects'),
        accountHome: at(world, 'a'),
        errno: 'EACCES',
      });
    }));
});
