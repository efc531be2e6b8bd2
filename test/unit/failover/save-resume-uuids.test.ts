import { join } from 'node:path';
import { saveResumeUUIDs } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { refusalOf } from '../support/migrating.ts';
import {
  ONE,
  savedFor,
  setStage,
  type Stage,
  startBoth,
  THREE,
  told,
  TWO,
} from '../support/swapping.ts';
import { inWorld, makeFile, makeLink, worldKinds } from '../support/world.ts';

async function save({ from, to, options, sessions }: Stage) {
  const { terminal, stateDirectory, processInspector, fs } = options;
  const given = { terminal, stateDirectory, processInspector, fs, accountHomes: [from, to] };
  return await saveResumeUUIDs(sessions, given);
}

const idFile = ({ stateDirectory }: Stage, name: string) =>
  join(stateDirectory, name, 'resume-id.txt');
const hint = (id: string) => `\nResume this session with:\nclaude --resume ${id}\n$`;

describe.each(worldKinds)('saveResumeUUIDs (%s)', (kind) => {
  test('saves the id of every session that runs, from the record of its own process', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { ok, sessions } = await save(stage);
      expect(ok).toBe(false);
      expect(sessions.map(({ name, source, sessionId }) => [name, source, sessionId])).toEqual([
        ['api', 'record', ONE],
        ['web', 'record', TWO],
        ['docs', undefined, undefined],
      ]);
      expect([savedFor(stage, 'api'), savedFor(stage, 'web')]).toEqual([`${ONE}\n`, `${TWO}\n`]);
    }));

  test('saves the id of now, where /clear has changed it', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      await save(stage);
      stage.terminal.clear('api', THREE);
      await save(stage);
      expect(savedFor(stage, 'api')).toBe(`${THREE}\n`);
    }));

  test('takes no id from the screen of a program that runs: it would be an earlier one', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      stage.terminal.open('api', { text: hint(THREE) });
      stage.terminal.startOther('api');
      const { sessions } = await save(stage);
      expect(told(sessions)).toMatchObject({ api: 'none terminal-busy' });
      expect(savedFor(stage, 'api')).toBeUndefined();
    }));

  test('takes the id that the program printed at its end, where the terminal is at its shell', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      stage.terminal.open('api', { text: `$ claude${hint(ONE)}` });
      const { sessions } = await save(stage);
      expect(sessions[0]).toMatchObject({ outcome: 'saved', source: 'pane', sessionId: ONE });
    }));

  test.each([
    ['that is above a later launch', `$ claude${hint(THREE)} claude --continue\nKilled\n$`],
    [
      'below an error',
      `$ claude --resume ${THREE}\nNo conversation found with session ID: ${THREE}\n${hint(THREE)}`,
    ],
    ['that names a title', '\nResume this session with:\nclaude --resume "fix the login"\n$'],
    [
      'that a conversation quotes',
      `● It said:\n  Resume this session with:\n  claude --resume ${THREE}\n$`,
    ],
  ])('keeps what was saved before, rather than taking a hint %s', (_, text) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      stage.terminal.open('api', { text });
      makeFile(world, idFile(stage, 'api'), `${ONE}\n`);
      const { sessions } = await save(stage);
      expect(sessions[0]).toMatchObject({ outcome: 'kept', sessionId: ONE, source: undefined });
      expect(sessions[0]?.problems.map(({ code }) => code)).toEqual(['no-resume-hint']);
      expect(savedFor(stage, 'api')).toBe(`${ONE}\n`);
    }),
  );

  test('writes the file for nobody else to read, below directories of the same kind', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      await save(stage);
      const modeOf = (path: string) =>
        Number(world.fs.lstatSync(path, { bigint: true }).mode) & 0o777;
      expect(modeOf(idFile(stage, 'api'))).toBe(0o600);
      expect(modeOf(join(stage.stateDirectory, 'api'))).toBe(0o700);
      expect(world.fs.readdirSync(join(stage.stateDirectory, 'api'))).toEqual(['resume-id.txt']);
    }));

  test('puts a file in the place of a link, and leaves alone what the link leads to', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const victim = makeFile(world, join(world.root, 'precious'), 'precious');
      makeLink(world, idFile(stage, 'api'), victim);
      await save(stage);
      expect(world.fs.readFileSync(victim, 'utf8')).toBe('precious');
      expect(world.fs.lstatSync(idFile(stage, 'api'), { bigint: true }).isFile()).toBe(true);
      expect(savedFor(stage, 'api')).toBe(`${ONE}\n`);
    }));

  test('does not take for an id what a link in the place of the file leads to', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      const elsewhere = makeFile(world, join(world.root, 'elsewhere'), `${THREE}\n`);
      makeLink(world, idFile(stage, 'api'), elsewhere);
      expect(told((await save(stage)).sessions)).toMatchObject({ api: 'none resume-id-unusable' });
    }));

  test('tells of a state directory that cannot be written, and still saves the others', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      makeFile(world, join(stage.stateDirectory, 'api'), 'in the way');
      const { sessions } = await save(stage);
      expect(told(sessions)).toMatchObject({
        api: 'none io-error',
        web: 'saved',
      });
    }));

  test('takes a session that the one in the terminal has started for none of its own', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { terminal } = stage;
      const inner = terminal.start('docs', THREE, stage.from);
      const processIds = terminal.processIds.bind(terminal);
      terminal.processIds = async (session) =>
        session === 'api' ? [...(await processIds(session)), inner] : await processIds(session);
      await save(stage);
      expect(savedFor(stage, 'api')).toBe(`${ONE}\n`);
    }));

  test('asks no terminal once it is stopped', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { terminal, stateDirectory, processInspector, fs } = stage.options;
      const { sessions } = await saveResumeUUIDs(stage.sessions, {
        terminal,
        stateDirectory,
        processInspector,
        fs,
        accountHomes: [stage.from],
        signal: AbortSignal.abort(),
      });
      expect(told(sessions)).toMatchObject({ api: 'none aborted' });
      expect(stage.terminal.calls).toBe(0);
    }));
});

test('an id file of a gigabyte is none, and is not read', () =>
  inWorld('disk', async (world) => {
    const stage = setStage(world);
    const path = makeFile(world, idFile(stage, 'api'), ONE);
    const { promises } = await import('node:fs');
    await promises.truncate(path, 2 ** 30);
    expect(told((await save(stage)).sessions)).toMatchObject({ api: 'none resume-id-unusable' });
  }));

test.each(
  inWords([
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    'a\nb',
    'a:b',
    'end.',
    'end ',
    'a\u0000b',
    '\ud800',
  ]),
)('a session of the name %s is refused before anything is touched', (_, name) =>
  inWorld('memory', async (world) => {
    const stage = setStage(world);
    const calling = save({ ...stage, sessions: [...stage.sessions, { name, cwd: '/work' }] });
    const { problems } = await refusalOf(calling);
    expect(problems.map(({ code }) => code)).toEqual(['invalid-argument']);
    expect(stage.terminal.calls).toBe(0);
  }),
);

test('two sessions of one name are refused, also where only their case differs', () =>
  inWorld('memory', async (world) => {
    const stage = setStage(world);
    const calling = save({
      ...stage,
      sessions: [...stage.sessions, { name: 'API', cwd: '/work' }],
    });
    expect((await refusalOf(calling)).problems.map(({ code }) => code)).toEqual([
      'invalid-argument',
    ]);
  }));

test.each(inWords(['$(touch owned)', '#{pane_pid}', '#(touch owned)', "it's", 'naïve ☂', '-t']))(
  'a session of the name %s is only a name',
  (_, name) =>
    inWorld('disk', async (world) => {
      const stage = setStage(world);
      stage.terminal.open(name);
      stage.terminal.start(name, ONE, stage.from);
      await save({ ...stage, sessions: [{ name, cwd: '/work' }] });
      expect(savedFor(stage, name)).toBe(`${ONE}\n`);
      expect(world.fs.readdirSync(stage.stateDirectory)).toEqual([name]);
    }),
);
