// What this system does that the library must know, as JSON: the first step on a machine on which nobody has run it yet.
// `--check` compares what is known of Linux, so that this script is tested there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

const root = fs.mkdtempSync(join(os.tmpdir(), 'shared-state-facts-'));
const at = (name) => join(root, name);
const facts = {};
function fact(name, find) {
  try {
    facts[name] = find() ?? 'works';
  } catch (error) {
    facts[name] = error.code ?? error.message.split('\n')[0];
  }
}
const output = (file, ...args) =>
  execFileSync(file, args, { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' }, stdio: 'pipe' });
const sync = (path, flags) => {
  const handle = fs.openSync(path, flags);
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
};

fs.writeFileSync(at('file'), 'x');
fs.mkdirSync(at('directory'));
fact('system', () => [process.platform, os.release(), process.arch, process.version].join(' '));
fact('temporary directory is real', () => fs.realpathSync.native(os.tmpdir()) === os.tmpdir());
fact('symlink', () => fs.symlinkSync(at('file'), at('link')));
fact('junction', () => fs.symlinkSync(at('directory'), at('junction'), 'junction'));
fact('directory link', () => fs.symlinkSync(at('directory'), at('directory-link'), 'dir'));
fact('link of a symlink is a', () => {
  fs.linkSync(at('link'), at('second'));
  return fs.lstatSync(at('second')).isSymbolicLink() ? 'symlink' : 'file';
});
fact('unlink of a directory', () => fs.unlinkSync(at('directory')));
fact('rename onto a directory', () => fs.renameSync(at('file'), at('directory')));
fact('name not in UTF-8', () => fs.writeFileSync(Buffer.from(`${at('a')}\xff`, 'latin1'), ''));
fact('upper case is the same', () => fs.existsSync(at('FILE')));
fact('realpath of upper case', () => fs.realpathSync.native(at('FILE')).slice(root.length + 1));
fact('normalization is the same', () => {
  fs.writeFileSync(at('caf\u00e9'), '');
  return fs.existsSync(at('cafe\u0301'));
});
fact('listed as it was composed', () => fs.readdirSync(root).includes('caf\u00e9'));
fact('fsync of a directory', () => sync(root, 'r'));
fact('fsync of a file opened to read', () => sync(at('file'), 'r'));
fact('birth time is', () => (fs.statSync(at('file')).birthtimeMs > 0 ? 'known' : 'unknown'));
fact('inode is', () => (fs.statSync(at('file'), { bigint: true }).ino > 0n ? 'known' : 'unknown'));
fact('mode of a new directory', () => (fs.statSync(at('directory')).mode & 0o777).toString(8));
fact('replaces an open file', () => {
  const handle = fs.openSync(at('file'), 'r');
  fs.writeFileSync(at('other'), '');
  try {
    fs.renameSync(at('other'), at('file'));
  } finally {
    fs.closeSync(handle);
  }
});
fact('ps', () => output('/bin/ps', '-o', 'stat=', '-o', 'lstart=', '-p', String(process.pid)));
fact('ps of all', () => output('ps', '-A', '-o', 'pid=,ppid=,pgid=,tpgid=').split('\n')[0]);
fact('boot session', () => output('/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid').length);
fact('hardware id', () =>
  /"IOPlatformUUID" = "[\dA-F-]{36}"/.test(
    output('/usr/sbin/ioreg', '-rd1', '-c', 'IOPlatformExpertDevice'),
  ),
);
fact('mounts', () => output('mount').split('\n').length);
fact('tmux', () => output('tmux', '-V').trim());
fs.rmSync(root, { recursive: true, force: true });
console.log(JSON.stringify(facts, undefined, 2));

if (process.argv.includes('--check')) {
  assert.match(facts['ps'], /^\S+ +\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}\n$/);
  const known = {
    'link of a symlink is a': 'symlink',
    'unlink of a directory': 'EISDIR',
    'upper case is the same': false,
    'realpath of upper case': 'ENOENT',
    'fsync of a directory': 'works',
    'mode of a new directory': '755',
    'boot session': 'Command failed: /usr/sbin/sysctl -n kern.bootsessionuuid',
  };
  for (const [name, value] of Object.entries(known)) assert.equal(facts[name], value, name);
}
