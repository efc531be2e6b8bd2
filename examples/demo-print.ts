import { styleText } from 'node:util';
import type { AccountReport, LinkState, Problem } from 'claude-shared-state';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

const inColour = process.stdout.isTTY && !process.env['NO_COLOR'];
const WIDTH = 84;

export function paint(style: Style, text: string): string {
  return inColour ? styleText(style, text) : text;
}

/** Prints a line, indented, broken at the width of the page, and with the root written as `~`. */
export function say(root: string, text: string, indent = 2): void {
  const width = WIDTH - indent;
  const lines =
    text.replaceAll(root, '~').match(new RegExp(`.{1,${width}}(?= |$)|\\S+`, 'g')) ?? [];
  for (const line of lines) console.log(' '.repeat(indent) + line.trimStart());
}

export function sayTitle(title: string, remark: string): void {
  console.log(`\n${paint('bold', title)} ${paint('dim', `· ${remark}`)}\n`);
}

/** One line per account home, one column per shared link. */
export function sayTable(
  root: string,
  reports: readonly AccountReport[],
  inSight: readonly number[],
) {
  const names = reports[0]?.links.map(({ name }) => name) ?? [];
  const columns = ['account home', ...names, 'records in sight'];
  console.log(`  ${columns.map((column) => paint('dim', column.padEnd(17))).join('')}`.trimEnd());
  for (const [index, { accountHome, links }] of reports.entries()) {
    const cells = links.map(({ state }) => paint(styleOf(state), signed(state).padEnd(17)));
    const home = accountHome.replace(root, '~').padEnd(17);
    console.log(`  ${home}${cells.join('')}${inSight[index]}`);
  }
  console.log();
}

export function sayProblem(root: string, { path, code, remedy }: Problem): void {
  const [style, sign] = remedy === 'ensure' ? (['yellow', '+'] as const) : (['red', '✗'] as const);
  const what = `${sign} ${path.replace(root, '~').padEnd(26)}${code.padEnd(16)}`;
  console.log(`  ${paint(style, what)}remedy: ${paint('bold', remedy)}`);
}

export function sayRefusal(root: string, { message, code }: Problem): void {
  console.log(`  ${paint('red', `✗ refused: ${code}`)}`);
  say(root, message, 4);
}

function signed(state: LinkState): string {
  const sign = { green: '✓', yellow: '+', red: '✗' }[styleOf(state)];
  return `${sign} ${state}`;
}

function styleOf(state: LinkState) {
  if (state === 'linked' || state === 'equivalent') return 'green';
  return state === 'missing' ? 'yellow' : 'red';
}
