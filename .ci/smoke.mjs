// The installed package on this machine's own disk, with nothing but Node: copy it to where the package is installed.
import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { exports } = require('claude-shared-state/package.json');
const entries = Object.keys(exports)
  .filter((it) => it !== './package.json')
  .map((it) => `claude-shared-state${it.slice(1)}`);
for (const entry of entries) {
  const names = Object.keys(await import(entry));
  assert.notEqual(names.length, 0, entry);
  assert.deepEqual(Object.keys(require(entry)).toSorted(), names.toSorted(), entry);
}

const { requiredSharedUnder, validateAll, validateAllSync } = await import('claude-shared-state');
const root = mkdtempSync(join(realpathSync.native(tmpdir()), 'shared-state-smoke-'));
try {
  const homes = ['work', 'spare'].map((name) => join(root, name));
  const required = requiredSharedUnder(join(root, 'shared'));
  const [made, again] = [
    await validateAll(homes, { required }),
    validateAllSync(homes, { required }),
  ];
  assert.deepEqual(
    made.map(({ ok }) => ok),
    [true, true],
  );
  assert.deepEqual(
    again.flatMap(({ created }) => created),
    [],
  );
  assert.ok(lstatSync(join(root, 'work', 'projects')).isSymbolicLink());

  // What is written under one account is there under the other.
  mkdirSync(join(root, 'work', 'projects', '-a'));
  writeFileSync(join(root, 'work', 'projects', '-a', 'b.jsonl'), 'a line\n');
  assert.equal(readFileSync(join(root, 'spare', 'projects', '-a', 'b.jsonl'), 'utf8'), 'a line\n');

  rmSync(join(root, 'spare', 'projects'));
  mkdirSync(join(root, 'spare', 'projects'));
  await assert.rejects(validateAll(homes, { required }), { name: 'SharedStateError' });
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(
  `${entries.length} entry points work with Node ${process.version} on ${process.platform}`,
);
