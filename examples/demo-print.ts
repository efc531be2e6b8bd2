import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';

const inColor = process.stdout.isTTY && !process.env['NO_COLOR'];
const WIDTH = 80;

export function paint(style: 'bold' | 'dim' | 'green' | 'red', text: string): string {
  return inColor ? styleText(style, text) : text;
}

export function sayTitle(title: string): void {
  console.log(`\n${paint('bold', title)}\n`);
}

/** Prints lines, indented and broken at the width of the page; what follows a break is indented further. */
export function say(text: string, indent = 2): void {
  for (const line of text.split('\n')) {
    const own = indent + line.length - line.trimStart().length;
    const most = WIDTH - own - 2;
    const room = new RegExp(`.{1,${most}}(?=\\s|$)|.{1,${most}}`, 'g');
    const parts = line.trim().match(room) ?? [''];
    for (const [index, part] of parts.entries()) {
      console.log(`${' '.repeat(own + (index === 0 ? 0 : 2))}${part.trim()}`.trimEnd());
    }
  }
}

/** A sign in its color before a text, in the characters that the command prints, too. */
export function signed(sign: 'ok' | 'bad', text: string): string {
  const [good, bad] = process.env['TERM'] === 'dumb' ? ['ok', 'x'] : ['✓', '✗'];
  return sign === 'ok' ? paint('green', `${good} ${text}`) : paint('red', `${bad} ${text}`);
}

/** Runs the command as a user of the given home directory, and prints what it prints. */
export async function sayCommand(root: string, ...args: readonly string[]): Promise<void> {
  console.log(`  ${paint('bold', ['$ claude-shared-state', ...args].join(' '))}`);
  const env = {
    ...process.env,
    HOME: root,
    LANG: 'C.UTF-8',
    ...(inColor ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  };
  const printed = await new Promise<string>((resolve) => {
    const options = { cwd: root, env };
    // It exits 1 if it finds problems.
    execFile('node', [...command(), ...args], options, (_, stdout) => resolve(stdout));
  });
  say(shortened(printed.trimEnd(), root));
}

/** The text with `~` for the home directory, also in quotes, and with short names of restore points. */
export function shortened(text: string, root: string): string {
  return text
    .replaceAll(new RegExp(`'${root}([\\w./-]*)'`, 'g'), '~$1')
    .replaceAll(root, '~')
    .replaceAll(/(?<=\d{8}T\d{6}Z-)[\da-f]{16}/g, '…');
}

/** The command, of this checkout or of the installed package. */
function command(): readonly string[] {
  const source = new URL('../src/cli/bin.ts', import.meta.url);
  // By its place, because the command runs in another directory.
  return existsSync(source)
    ? ['--import', import.meta.resolve('tsx'), fileURLToPath(source)]
    : [fileURLToPath(new URL('cli.js', import.meta.resolve('claude-shared-state')))];
}
