import { readdir, rm } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, test } from 'vitest';
import schema from '../../../src/cli/output-schema.json' with { type: 'json' };
import { SESSION, userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const someText: unknown = expect.any(String);
const isValid = new Ajv2020({ strict: false, allErrors: true }).compile(schema);

/** What a command tells as JSON; whatever it is, it keeps to the schema. */
async function told(...argv: readonly string[]) {
  const { exitCode, stdout } = await run([...argv, '--json'], { home: user.home });
  const data: unknown = JSON.parse(stdout);
  isValid(data);
  const own = (isValid.errors ?? []).filter(({ keyword }) => keyword !== 'const');
  expect({ data, errors: isValid(data) ? [] : own }).toMatchObject({ errors: [] });
  expect(data).toMatchObject({ schemaVersion: 1, ok: exitCode === 0, exitCode });
  return data;
}

beforeEach(async () => {
  await user.bare('.claude');
  await user.transcript('.claude/projects/-work', ['one', 'two']);
  await user.healthy('.claude-work');
  await user.write('.claude-backup/x', '');
  await user.link('/mnt/volume', '.claude-gone');
  await user.write('.claude-projects-shared/-work/memory/MEMORY.md', 'note');
  const record = { sessionId: SESSION, cwd: '/work', status: 'idle', kind: 'interactive' };
  await user.write(`.claude-work/sessions/${process.pid}.json`, JSON.stringify(record));
});

describe('what is told as JSON keeps to the documented schema:', () => {
  test('doctor', async () => {
    expect(await told('doctor')).toMatchObject({
      command: 'doctor',
      accountHomes: { from: 'found', skipped: [{ reason: 'no-mark' }, {}, {}, {}, {}] },
      required: { from: 'home', root: user.home },
      homes: [{ ok: false }, { ok: true }],
      liveSessions: [{ pid: process.pid }],
      retention: { periodDays: 30, transcripts: { expiredCount: 0 } },
      checks: [{ name: 'homes', state: 'error' }, {}, {}, {}, {}, {}, {}, {}, {}],
      next: [{ command: 'claude-shared-state migrate', purpose: someText }],
    });
  });

  test('ensure, and its dry run', async () => {
    expect(await told('ensure', '--dry-run')).toMatchObject({
      dryRun: true,
      wouldCreate: [user.at('.claude/session-env'), user.at('.claude/file-history')],
    });
    expect(await told('ensure')).toMatchObject({
      dryRun: false,
      created: [user.at('.claude/session-env'), user.at('.claude/file-history')],
    });
  });

  test('migrate, restore and prune', async () => {
    const record = user.at(`.claude/sessions/${process.pid}.json`);
    await user.write(
      `.claude/sessions/${process.pid}.json`,
      JSON.stringify({ sessionId: SESSION }),
    );
    expect(await told('migrate', '--dry-run')).toMatchObject({
      outcome: 'refused',
      plan: { ok: false },
    });
    expect(await told('migrate', '--live', 'merge')).toMatchObject({
      outcome: 'not-asked',
      exitCode: 2,
    });
    expect(await told('migrate', '--live', 'merge', '--dry-run')).toMatchObject({
      outcome: 'dry-run',
    });
    expect(await told('migrate', '--live', 'merge', '--yes')).toMatchObject({
      outcome: 'done',
      report: { outcome: 'done', restorePoints: [someText] },
    });
    expect(await told('migrate', '--live', 'merge')).toMatchObject({ outcome: 'done' });
    expect(await told('restore-points')).toMatchObject({
      restorePoints: [{ state: 'complete', files: 1, createdAt: someText }],
    });
    expect(await told('doctor')).toMatchObject({ restorePoints: [{ state: 'complete' }] });
    expect(await told('prune', '--all', '--dry-run')).toMatchObject({
      outcome: 'dry-run',
      plan: [{ deletable: 1, kept: [] }],
    });
    expect(await told('restore', '--dry-run')).toMatchObject({ outcome: 'refused' });
    await rm(record);
    expect(await told('restore', '--dry-run')).toMatchObject({
      plan: [{ ok: true, restorePoint: someText, entries: { 0: { name: 'projects' }, length: 3 } }],
    });
    expect(await told('restore', '--yes')).toMatchObject({
      reports: [{ restored: { 0: 'projects' } }],
    });
    await rm(user.at(`.claude-work/sessions/${process.pid}.json`));
    expect(await told('migrate', '--yes')).toMatchObject({ outcome: 'done' });
    expect(await told('prune', '--all', '--yes')).toMatchObject({
      outcome: 'done',
      reports: [{ kept: [] }, { kept: [] }],
    });
    expect(await readdir(user.at('.claude/.claude-shared-state/restore-points'))).toEqual([]);
    expect(await told('prune', '/nowhere')).toMatchObject({ error: { kind: 'usage' } });
  });

  test('a conflict', async () => {
    await user.transcript('.claude-projects-shared/-work', ['one', 'another']);

    await rm(user.at(`.claude-work/sessions/${process.pid}.json`));
    const sides = [{ messages: 2 }, { messages: 2, modifiedAt: someText }];
    expect(await told('migrate', '--dry-run')).toMatchObject({
      plan: { problems: [{ code: 'transcripts-diverge', sides }, {}] },
    });
  });

  test('archive and unarchive', async () => {
    await user.transcript('.claude-projects-shared/-work', ['one']);

    expect(await told('archive')).toMatchObject({ outcome: 'done', added: 1, unchanged: 0 });
    await rm(user.at('.claude-projects-shared/-work', `${SESSION}.jsonl`));
    expect(await told('unarchive', SESSION)).toMatchObject({
      outcome: 'done',
      path: user.at('.claude-projects-shared/-work', `${SESSION}.jsonl`),
    });
    expect(await told('unarchive', SESSION.replaceAll('3', '4'))).toMatchObject({
      outcome: 'refused',
      problems: [{ code: 'not-archived' }],
    });
  });

  test('diagnose, locate and resume', async () => {
    expect(await told('locate', SESSION)).toMatchObject({ transcripts: [{ kind: 'file' }] });
    expect(await told('diagnose', SESSION)).toMatchObject({
      homes: [{ verdict: 'resumable-with-warnings', transcript: { kind: 'file' } }, {}],
    });
    expect(await told('resume', SESSION)).toMatchObject({ resume: { file: 'claude' } });
    const unknown = SESSION.replaceAll('3', '4');
    expect(await told('locate', unknown)).toMatchObject({ transcripts: [] });
    expect(await told('resume', unknown)).toMatchObject({ verdict: 'not-resumable' });
  });

  test('mistakes', async () => {
    expect(await told('migrat')).toMatchObject({ command: null, error: { kind: 'usage' } });
    expect(await told('locate', 'x')).toMatchObject({
      command: 'locate',
      error: { kind: 'usage' },
    });
    expect(await told('doctor', '--shared', 'sessions=/x')).toMatchObject({ exitCode: 2 });
  });

  test('with links of its own', async () => {
    expect(await told('doctor', '--shared', `plans=${user.at('plans')}`)).toMatchObject({
      required: { from: 'shared', links: [{ name: 'plans', target: user.at('plans') }] },
    });
  });
});

test('with JSON nothing else is on the standard output, and no colors', async () => {
  const { stdout } = await run(['--json'], {
    home: user.home,
    env: { FORCE_COLOR: '1', NO_COLOR: '' },
  });

  expect(stdout.startsWith('{\n')).toBe(true);
  expect(stdout).not.toContain('\u001B');
});

test('the schema can be had from the command, and needs no home', async () => {
  const { exitCode, stdout } = await run(['schema'], { home: user.at('nobody') });

  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual(schema);
});

test('something that the schema does not tell of does not keep to it', () => {
  expect(isValid({ schemaVersion: 1, command: 'doctor', ok: true, exitCode: 0 })).toBe(false);
});
