import { describe, expect, test } from 'vitest';
import { at, inWorld, makeDirectory, makeFile, makeLink, worldKinds } from '../../support/world.ts';
import { setSession } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

describe.each(worldKinds)('diagnoseResume, in %s,', (kind) => {
  test('refuses a working directory that is missing, or is a file', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      for (const [name, errno] of [
        ['exited', 'ENOENT'],
        ['file', 'ENOTDIR'],
      ] as const) {
        if (name === 'file') makeFile(world, at(world, name));
        const { verdict, problems } = await diagnose(world, stage, { cwd: at(world, name) });
        expect(verdict).toBe('not-resumable');
        expect(problems[0]).toMatchObject({ code: 'working-directory-unusable', errno });
      }
    });
  });

  test('judges a working directory by its real path', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const cwd = makeLink(world, at(world, 'link'), stage.cwd);
      const { verdict } = await diagnose(world, stage, { cwd, programVersion: '2.1.197' });
      expect(verdict).toBe('resumable');
    });
  });

  test('warns of a directory that the home does not trust, on a terminal', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const config = `${stage.homes[1]}/.claude.json`;
      const ask = async () => codesOf(await diagnose(world, stage, { interactive: true }));
      expect(await ask()).toEqual(['directory-not-trusted']);
      makeFile(world, config, '{"projects":{"/elsewhere":{"hasTrustDialogAccepted":true}}}');
      expect(await ask()).toEqual(['directory-not-trusted']);
      const trust = { [at(world, '.')]: { hasTrustDialogAccepted: true }, [stage.cwd]: {} };
      makeFile(world, config, JSON.stringify({ projects: trust }));
      expect(await ask()).toEqual([]);
    });
  });

  test('reads the trust of the default home beside it', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const trust = { [stage.cwd]: { hasTrustDialogAccepted: true } };
      makeFile(world, at(world, '.claude.json'), JSON.stringify({ projects: trust }));
      const [accountHome] = [stage.homes[1]];
      const ask = async (more: object) =>
        codesOf(await diagnose(world, stage, { interactive: true, ...more }));
      expect(await ask({})).toEqual(['directory-not-trusted']);
      expect(await ask({ defaultAccountHome: `${accountHome}/` })).toEqual([]);
    });
  });

  test('trusts nothing for a configuration of a hostile shape', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      for (const text of ['null', '[]', '{"projects":5}', '{"projects":{"__proto__":{}}}']) {
        makeFile(world, `${stage.homes[1]}/.claude.json`, text);
        const codes = codesOf(await diagnose(world, stage, { interactive: true }));
        expect(codes).toEqual(['directory-not-trusted']);
      }
    });
  });

  test('refuses an invalid configuration, and an empty one for older versions', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const path = makeFile(world, `${stage.homes[1]}/.claude.json`, '{"projects":{"/wo');
      const torn = await diagnose(world, stage);
      expect(torn).toMatchObject({ verdict: 'not-resumable' });
      expect(torn.problems).toMatchObject([{ code: 'config-unusable', path }]);
      makeFile(world, path, '\n');
      const empty = await diagnose(world, stage);
      expect(empty.problems).toMatchObject([
        { code: 'version-dependent', versions: 'Claude Code before 2.1.311' },
      ]);
    });
  });

  test.each(['settings.json', 'settings.local.json'])(
    'reports transcripts that %s of the working directory switches off',
    async (name) => {
      await inWorld(kind, async (world) => {
        const stage = setSession(world);
        const set = (value: unknown) =>
          makeFile(
            world,
            at(world, `work/.claude/${name}`),
            JSON.stringify({ env: { CLAUDE_CODE_SKIP_PROMPT_HISTORY: value } }),
          );
        const path = set('1');
        expect((await diagnose(world, stage)).problems).toMatchObject([
          { code: 'config-unusable', path, variable: 'CLAUDE_CODE_SKIP_PROMPT_HISTORY' },
        ]);
        for (const harmless of ['', '0', 'false', 5, null]) {
          set(harmless);
          expect(codesOf(await diagnose(world, stage))).toEqual([]);
        }
      });
    },
  );

  test('reports settings that set another home', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const [elsewhere, home] = stage.homes;
      const set = (value: string) =>
        makeFile(
          world,
          `${home}/settings.json`,
          JSON.stringify({ env: { CLAUDE_CONFIG_DIR: value } }),
        );
      set(elsewhere);
      expect(codesOf(await diagnose(world, stage))).toEqual(['config-unusable']);
      set(`${home}/`);
      expect(codesOf(await diagnose(world, stage))).toEqual([]);
    });
  });

  test('warns of file history that is older than the retention of the home', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const [, home] = stage.homes;
      const shared = at(world, `shared/.claude-file-history-shared/${stage.id}`);
      makeDirectory(world, shared);
      const path = `${home}/file-history/${stage.id}`;
      expect(codesOf(await diagnose(world, stage, { now: inDays(29) }))).toEqual([]);
      expect((await diagnose(world, stage, { now: inDays(31) })).problems).toMatchObject([
        { code: 'about-to-expire', path, periodDays: 30 },
      ]);
      makeFile(world, `${home}/settings.json`, '{"cleanupPeriodDays":100}');
      expect(codesOf(await diagnose(world, stage, { now: inDays(31) }))).toEqual([]);
    });
  });

  test('lets the settings of the working directory override those of the home', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeDirectory(world, at(world, `shared/.claude-session-env-shared/${stage.id}`));
      makeFile(world, `${stage.homes[1]}/settings.json`, '{"cleanupPeriodDays":10}');
      const codes = async () => codesOf(await diagnose(world, stage, { now: inDays(20) }));
      expect(await codes()).toEqual(['about-to-expire']);
      makeFile(world, at(world, 'work/.claude/settings.json'), '{"cleanupPeriodDays":30}');
      expect(await codes()).toEqual([]);
      makeFile(world, at(world, 'work/.claude/settings.local.json'), '{"cleanupPeriodDays":15}');
      expect(await codes()).toEqual(['about-to-expire']);
      makeFile(world, at(world, 'work/.claude/settings.json'), '{"cleanupPeriodDays":"30"}');
      expect(await codes()).toEqual([]);
    });
  });

  test('warns of file-history and session-env that are not shared', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const [, home] = stage.homes;
      world.fs.unlinkSync(`${home}/file-history`);
      world.fs.unlinkSync(`${home}/session-env`);
      makeLink(world, `${home}/session-env`, at(world, 'nothing'));
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([
        { code: 'state-not-shared', name: 'file-history', state: 'missing', remedy: 'ensure' },
        { code: 'state-not-shared', name: 'session-env', state: 'dangling' },
      ]);
    });
  });

  test('warns of auto-memory that lacks rules for both of its paths in print mode', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const [, home] = stage.homes;
      const real = makeDirectory(world, stage.transcript.replace(/[^/]*$/, 'memory'));
      expect(codesOf(await diagnose(world, stage))).toEqual([]);
      makeFile(world, `${real}/MEMORY.md`, '- It is blue.\n');
      const seen = real.replace(stage.projects, `${home}/projects`);
      const rules = [`Edit(/${seen}/**)`, `Edit(/${real}/**)`];
      const { problems } = await diagnose(world, stage);
      expect(problems).toMatchObject([{ code: 'memory-not-permitted', path: seen, rules }]);
      for (const [allow, isEnough] of [
        [rules, true],
        [rules.slice(1), false],
        [['Edit'], true],
        [[`Edit(/${home}/projects/**)`, `Edit(/${stage.projects}/**)`], true],
        [[5, null, 'Edit(/**)'], false],
      ] as const) {
        makeFile(world, `${home}/settings.json`, JSON.stringify({ permissions: { allow } }));
        expect(codesOf(await diagnose(world, stage))).toEqual(
          isEnough ? [] : ['memory-not-permitted'],
        );
      }
    });
  });
});
