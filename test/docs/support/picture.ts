import { captureStory, type Screen } from './screens.ts';
import { pathInRepository } from './source.ts';

/** The picture of the README: `doctor` before and after a migration, as a terminal shows it. */
export const picturePath = pathInRepository('src/cli/doctor.svg');

const COLUMNS = 80;
const CELL = 8.4;
const LINE = 19;
const MARGIN = 20;

const palette = {
  background: '#1e1e2e',
  text: '#cdd6f4',
  dim: '#7f849c',
  // By the number of the color, as terminals know it.
  colors: ['#45475a', '#f38ba8', '#a6e3a1', '#f9e2af', '#89b4fa', '#f5c2e7', '#94e2d5', '#bac2de'],
} as const;

export async function drawPicture(): Promise<string> {
  const { before, after } = await captureStory();
  return svgOf([
    ...linesOf(before),
    '',
    '\u001B[2m# after claude-shared-state migrate\u001B[0m',
    ...linesOf(after),
  ]);
}

function linesOf({ command, output }: Screen): readonly string[] {
  return `\u001B[0;1m$ ${command}\u001B[0m\n${output}\u001B[0m`.split('\n');
}

/** Draws lines of text with the colors that ANSI escape sequences give them. */
function svgOf(lines: readonly string[]): string {
  const width = COLUMNS * CELL + 2 * MARGIN;
  const height = lines.length * LINE + 2 * MARGIN;
  let style = plain;
  const drawn = lines.flatMap((line, row) => {
    const { runs, last } = runsOf(line, style);
    style = last;
    return runs.map((run) => textOf(run, MARGIN + (row + 0.75) * LINE));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>What claude-shared-state prints before and after a migration</title>',
    `<rect width="100%" height="100%" rx="8" fill="${palette.background}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${palette.text}" xml:space="preserve">`,
    ...drawn,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Style {
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly color: string | undefined;
}

/** A stretch of a line that looks the same all along. */
interface Run extends Style {
  readonly column: number;
  readonly text: string;
}

const plain: Style = { isBold: false, isDim: false, color: undefined };

function runsOf(line: string, first: Style): { runs: readonly Run[]; last: Style } {
  const runs: Run[] = [];
  let [style, column] = [first, 0];
  // oxlint-disable-next-line no-control-regex -- the escape sequences are what it splits at
  for (const [index, part] of line.split(/\u001B\[([0-9;]*)m/).entries()) {
    if (index % 2 === 1) {
      style = part.split(';').reduce(styled, style);
      continue;
    }
    const text = part.trim();
    const indent = part.length - part.trimStart().length;
    if (text !== '') runs.push({ ...style, column: column + indent, text });
    column += part.length;
  }
  return { runs, last: style };
}

function styled(style: Style, code: string): Style {
  const number = Number(code);
  if (number === 0) return plain;
  if (number === 1) return { ...style, isBold: true };
  if (number === 2) return { ...style, isDim: true };
  if (number === 22) return { ...style, isBold: false, isDim: false };
  if (number === 39) return { ...style, color: undefined };
  const isColor = (number >= 30 && number <= 37) || (number >= 90 && number <= 97);
  return isColor ? { ...style, color: palette.colors[number % 10] } : style;
}

/** Of a fixed length, so that columns stand below each other in every font. */
function textOf({ column, text, isBold, isDim, color }: Run, y: number): string {
  const fill = color ?? (isDim ? palette.dim : undefined);
  const attributes = [
    `x="${rounded(MARGIN + column * CELL)}"`,
    `y="${rounded(y)}"`,
    `textLength="${rounded(text.length * CELL)}"`,
    ...(fill === undefined ? [] : [`fill="${fill}"`]),
    ...(isBold ? ['font-weight="bold"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
