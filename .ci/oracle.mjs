// Runs the oracle on versions of Claude Code that are not pinned, one at a time, each removed after use:
//   node .ci/oracle.mjs 2.1.250 2.1.280
// `--newest` is the canary: the newest version in the registry.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Not those before, which differ in some rows: see src/sessions/README.md.
const all = ['2.1.166', '2.1.222', '2.1.223', '2.1.250', '2.1.280', '2.1.310'];
const named = process.argv.slice(2);
const isCanary = named[0] === '--newest';
const newest = ['view', '@anthropic-ai/claude-code', 'version'];
const versions = isCanary
  ? [execFileSync('npm', newest, { encoding: 'utf8' }).trim()]
  : named.length > 0
    ? named
    : [...all, '2.1.329'];
// What is new in it, too: texts about limits, fields, types and names, which the failing tests list.
const files = isCanary ? ['oracle', 'limit-texts', 'novelties'] : ['oracle'];
const tests = files.map((file) => `test/e2e/${file}.test.ts`);
tests.unshift('--config', 'test/vitest.config.ts', '--project', 'e2e');

const failed = versions.filter((version) => {
  const directory = mkdtempSync(join(tmpdir(), 'program-'));
  try {
    // The tests run as another user.
    chmodSync(directory, 0o755);
    const PROGRAM = `${version}=${install(version, directory)}`;
    const env = { ...process.env, PROGRAM };
    return spawnSync('npx', ['vitest', 'run', ...tests], { env, stdio: 'inherit' }).status !== 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
});
console.log(`${versions.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Downloads a version, and returns the path of its program: a binary, or a script of the older ones. */
function install(version, directory) {
  const name = '@anthropic-ai/claude-code';
  for (const packed of [`${name}-${process.platform}-${process.arch}`, name]) {
    try {
      const options = { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' };
      const file = execFileSync('npm', ['pack', '--silent', `${packed}@${version}`], options);
      execFileSync('tar', ['xzf', file.trim()], options);
      const names = ['claude', 'claude.exe', 'cli.js'].map((it) => join(directory, 'package', it));
      const found = names.find((it) => existsSync(it));
      if (found === undefined) continue;
      chmodSync(found, 0o755);
      return found;
    } catch {
      // Older versions have no package for each platform.
    }
  }
  throw new Error(`Claude Code ${version} is in no package`);
}
