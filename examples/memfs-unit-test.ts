/*
 * How a program that uses the library can be tested without a disk.
 *
 *   npx tsx examples/memfs-unit-test.ts
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isSharedStateError,
  type LinkFs,
  type FsLike,
  requiredSharedUnder,
  validateAll,
} from 'claude-shared-state';
import { memfs } from 'memfs';

/** The code under test. It takes a file system, by default the real one. */
async function prepareAgents(accountHomes: readonly string[], fs?: FsLike<LinkFs>) {
  const reports = await validateAll(accountHomes, {
    required: requiredSharedUnder('/home/me'),
    fs,
  });
  return reports.filter(({ created }) => created.length > 0).map(({ accountHome }) => accountHome);
}

await test('a new account gets its links, and the second start finds nothing to do', async () => {
  const { fs } = memfs({ '/home/me/.claude-new/settings.json': '{}' });

  assert.deepEqual(await prepareAgents(['/home/me/.claude-new'], fs), ['/home/me/.claude-new']);
  assert.deepEqual(await prepareAgents(['/home/me/.claude-new'], fs), []);
});

await test('two accounts see the same transcript', async () => {
  const { fs } = memfs({
    '/home/me/.claude-projects-shared/-work/session.jsonl': '{"type":"user"}\n',
  });
  await prepareAgents(['/home/me/.claude-a', '/home/me/.claude-b'], fs);

  for (const home of ['/home/me/.claude-a', '/home/me/.claude-b']) {
    const seen = fs.readFileSync(`${home}/projects/-work/session.jsonl`, 'utf8');
    assert.equal(seen, '{"type":"user"}\n');
  }
});

await test('an account home behind a link gets its links in the real directory', async () => {
  const { fs } = memfs({ '/data/account-a/settings.json': '{}', '/home/me/.profile': '' });
  fs.symlinkSync('/data/account-a', '/home/me/.claude-a');
  await prepareAgents(['/home/me/.claude-a'], fs);

  assert.equal(fs.readlinkSync('/home/me/.claude-a'), '/data/account-a');
  assert.equal(fs.readlinkSync('/data/account-a/projects'), '/home/me/.claude-projects-shared');
});

await test('a real projects directory is refused, and its transcript stays where it is', async () => {
  const transcript = '/home/me/.claude-a/projects/-work/session.jsonl';
  const { fs } = memfs({ [transcript]: '{"type":"user"}\n' });

  await assert.rejects(prepareAgents(['/home/me/.claude-a'], fs), (error: unknown) => {
    assert.ok(isSharedStateError(error));
    assert.deepEqual(
      error.problems.map(({ code, remedy }) => [code, remedy]),
      [['not-a-symlink', 'migrate']],
    );
    return true;
  });
  assert.equal(fs.readFileSync(transcript, 'utf8'), '{"type":"user"}\n');
});
