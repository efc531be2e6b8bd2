import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  type World,
  worldKinds,
} from '../../support/world.ts';
import { message, setSession, transcriptIn } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

const [before, after] = ['2.1.197', '2.1.329'];

describe.each(worldKinds)('diagnoseResume, in %s,', (kind) => {
  test('calls a session resumable that is in the shared target of both homes', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const diagnosis = await diagnose(world, stage);
      expect(diagnosis).toMatchObject({
        verdict: 'resumable',
        sessionId: stage.id,
        problems: [],
        transcript: {
          path: transcriptIn(`${stage.homes[1]}/projects`, projectKey(stage.cwd)),
          projectKey: projectKey(stage.cwd),
          content: { messages: 1 },
        },
      });
    });
  });

  test('reports transcript-missing if no home has the session', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const diagnosis = await diagnose(world, stage);
      expect(diagnosis.verdict).toBe('not-resumable');
      expect(codesOf(diagnosis)).toEqual(['transcript-missing']);
    });
  });

  test('a missing transcript may have expired, unless no home deletes any', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const expiring = await diagnose(world, stage);
      expect(expiring.problems).toMatchObject([{ code: 'transcript-missing', periodDays: 30 }]);
      const settings = JSON.stringify({ cleanupPeriodDays: 0 });
      for (const home of stage.homes) makeFile(world, `${home}/settings.json`, settings);
      const { problems } = await diagnose(world, stage);
      expect(problems[0]).not.toHaveProperty('periodDays');
    });
  });

  test('reports projects-link-missing if the home has no link yet', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(`${stage.homes[1]}/projects`);
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('not-resumable');
      expect(problems[0]).toMatchObject({
        code: 'projects-link-missing',
        remedy: 'ensure',
        path: `${stage.homes[1]}/projects`,
        transcript: stage.transcript,
      });
    });
  });

  test('reports projects-not-linked if the home has a directory of its own', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(`${stage.homes[1]}/projects`);
      makeDirectory(world, `${stage.homes[1]}/projects`);
      const { problems } = await diagnose(world, stage);
      expect(problems[0]).toMatchObject({ code: 'projects-not-linked', remedy: 'migrate' });
    });
  });

  test.each([
    ['elsewhere', 'divergent'],
    ['nothing', 'dangling'],
  ] as const)('reports projects-link-wrong if the home links to %s (%s)', async (place, state) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeDirectory(world, at(world, 'elsewhere'));
      world.fs.unlinkSync(`${stage.homes[1]}/projects`);
      makeLink(world, `${stage.homes[1]}/projects`, at(world, place));
      const { problems } = await diagnose(world, stage);
      expect(problems[0]).toMatchObject({ code: 'projects-link-wrong', state });
    });
  });

  test('reports transcript-not-shared if only another home has the session', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      world.fs.unlinkSync(`${stage.homes[0]}/projects`);
      const path = transcriptIn(`${stage.homes[0]}/projects`, '-any');
      makeFile(world, path, message());
      const { problems } = await diagnose(world, stage);
      expect(problems).toMatchObject([
        { code: 'transcript-not-shared', remedy: 'migrate', path, accountHome: stage.homes[0] },
      ]);
    });
  });

  test('reports the missing link if the shared target and another home have the session', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      for (const home of stage.homes) world.fs.unlinkSync(`${home}/projects`);
      makeFile(world, transcriptIn(`${stage.homes[0]}/projects`, '-any'), message());
      const { problems } = await diagnose(world, stage);
      expect(problems[0]).toMatchObject({ code: 'projects-link-missing', remedy: 'ensure' });
    });
  });

  test('finds another project of the session with newer programs only', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const content = message({ cwd: '/elsewhere' });
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), content);
      const old = await diagnose(world, stage, { programVersion: before });
      expect(old.problems).toMatchObject([
        { code: 'wrong-working-directory', reason: 'other-project', recordedCwd: '/elsewhere' },
      ]);
      expect((await diagnose(world, stage, { programVersion: after })).verdict).toBe('resumable');
      const any = await diagnose(world, stage);
      expect(any.verdict).toBe('resumable-with-warnings');
      expect(any.problems).toMatchObject([
        { code: 'version-dependent', versions: 'Claude Code before 2.1.223' },
      ]);
    });
  });

  test('reports several copies if two other projects have the session', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const copies = ['-one', '-two'].map((key) => transcriptIn(stage.projects, key));
      for (const copy of copies) makeFile(world, copy, message());
      const any = await diagnose(world, stage);
      expect(any.verdict).toBe('not-resumable');
      expect(any.problems).toMatchObject([
        { code: 'wrong-working-directory', reason: 'other-project' },
        {
          code: 'wrong-working-directory',
          reason: 'several-copies',
        },
      ]);
      const found = any.problems.flatMap((it) => ('copies' in it ? it.copies : []));
      const keys = found.map((path) => path.split('/').at(-2));
      expect(new Set(keys)).toEqual(new Set(['-one', '-two']));
    });
  });

  test('looks under the project name from the environment, except under the default home', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, transcriptIn(stage.projects, 'named'), message());
      const options = {
        environment: { CLAUDE_CODE_PROJECT_DIR_NAME: 'named' },
        programVersion: after,
      };
      const used = async (more: object) =>
        (await diagnose(world, stage, { ...options, ...more })).transcript?.projectKey;
      expect(await used({})).toBe('named');
      expect(await used({ environment: { CLAUDE_CODE_PROJECT_DIR_NAME: 'na.med' } })).toBe(
        projectKey(stage.cwd),
      );
      expect(await used({ programVersion: before })).toBe(projectKey(stage.cwd));
      const any = await diagnose(world, stage, {
        environment: { CLAUDE_CODE_PROJECT_DIR_NAME: 'named' },
      });
      expect(codesOf(any)).toContain('version-dependent');
      expect(await used({ defaultAccountHome: stage.homes[1] })).toBe(projectKey(stage.cwd));
    });
  });

  test('does not detect a session behind a link inside projects', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      makeFile(world, transcriptIn(at(world, 'moved'), 'here'), message());
      makeLink(world, `${stage.projects}/${projectKey('/elsewhere')}`, at(world, 'moved/here'));
      const elsewhere = await diagnose(world, stage, { programVersion: after });
      expect(elsewhere.problems).toMatchObject([
        { code: 'wrong-working-directory', reason: 'behind-link' },
      ]);
    });
  });

  test('resumes the copy of the working directory, and names the others', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const copy = transcriptIn(stage.projects, '-elsewhere');
      makeFile(world, copy, message());
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([{ code: 'other-copies' }]);
    });
  });
});

function makeRepository(world: World, gitDirectory: string): void {
  for (const name of ['objects/x', 'refs/x']) makeFile(world, `${gitDirectory}/${name}`);
  makeFile(world, `${gitDirectory}/HEAD`, 'ref: refs/heads/main\n');
}

describe.each(worldKinds)('diagnoseResume from a worktree, in %s,', (kind) => {
  test('finds the transcripts of the other worktrees of the repository', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const second = makeDirectory(world, at(world, 'second/below'));
      makeRepository(world, at(world, 'work/.git'));
      makeFile(
        world,
        at(world, 'work/.git/worktrees/second/gitdir'),
        `${at(world, 'second/.git')}\n`,
      );
      makeFile(world, at(world, 'work/.git/worktrees/second/commondir'), '../..\n');
      makeFile(
        world,
        at(world, 'second/.git'),
        `gitdir: ${at(world, 'work/.git/worktrees/second')}\n`,
      );
      const options = { programVersion: before };
      expect(codesOf(await diagnose(world, stage, { ...options, cwd: second }))).toEqual([
        'found-conditionally',
      ]);

      world.fs.unlinkSync(stage.transcript);
      makeFile(world, transcriptIn(stage.projects, projectKey(at(world, 'second'))), message());
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['found-conditionally']);
    });
  });

  test('finds those of a bare repository, and skips a path with a newline', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeRepository(world, at(world, 'bare.git'));
      makeFile(world, at(world, 'bare.git/worktrees/w/gitdir'), `${stage.cwd}/.git\n`);
      makeFile(world, at(world, 'bare.git/worktrees/x/gitdir'), 'new\nline/.git\n');
      const options = { programVersion: before, cwd: at(world, 'bare.git') };
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['found-conditionally']);
    });
  });

  test('skips a .git directory that is none, and stops at such a file', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeRepository(world, at(world, 'work/.git'));
      const below = makeDirectory(world, at(world, 'work/below/.git'));
      const options = { programVersion: before, cwd: at(world, 'work/below') };
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['found-conditionally']);
      world.fs.rmdirSync(below);
      makeFile(world, below, 'nothing of the kind');
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['wrong-working-directory']);
    });
  });

  test.each([
    ['an empty HEAD', 'HEAD', ''],
    ['a HEAD of zeros', 'HEAD', '\u0000'.repeat(41)],
    ['a torn config', 'config', '[core'],
    ['a config with a conflict', 'config', '[core]\n<<<<<<< HEAD\n'],
  ])('finds nothing through a repository with %s', async (_, name, text) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeRepository(world, at(world, 'work/.git'));
      makeFile(world, at(world, 'work/.git/config'), '[a "b]"] c = d\\\n e\n[f]\n\tg\n# h\n');
      const options = {
        programVersion: before,
        cwd: makeDirectory(world, at(world, 'work/below')),
      };
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['found-conditionally']);
      makeFile(world, at(world, `work/.git/${name}`), text);
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['wrong-working-directory']);
    });
  });

  test.each(inWords(['', 'gitdir: ', 'gitdir: nowhere\n', '\u0000'.repeat(5000)]))(
    'ignores .git file %s that names no repository',
    async (_, text) => {
      await inWorld(kind, async (world) => {
        const stage = setSession(world);
        makeFile(world, at(world, 'work/.git'), text);
        expect((await diagnose(world, stage)).verdict).toBe('resumable');
      });
    },
  );
});
