import colors from 'picocolors';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Io, Screen } from '../io.ts';

type Paint = ReturnType<typeof colors.createColors>;

const unicode = {
  ok: '✓',
  bad: '✗',
  make: '+',
  warn: '!',
  bullet: '·',
  /** A link and its target. */
  leads: '──▶',
  /** A link that should have this target. */
  broken: '─✗─',
  fork: '├',
  end: '└',
  arrow: '→',
  dots: '…',
};

const ascii: typeof unicode = {
  ok: 'ok',
  bad: 'x',
  make: '+',
  warn: '!',
  bullet: '-',
  leads: '-->',
  broken: '-x-',
  fork: '|',
  end: '`',
  arrow: '->',
  dots: '...',
};

/** How good something is, and its color. */
export type Sign = 'ok' | 'warn' | 'bad';
const signColors = { ok: 'green', warn: 'yellow', bad: 'red' } as const;

/** Text for people, on a screen of some width, with or without colors. */
export class Output {
  readonly paint: Paint;
  readonly symbols: typeof unicode;
  /** Whether a line can be drawn over. */
  readonly hasCursor: boolean;
  readonly #screen: Screen;
  readonly #home: string;
  #isEmpty = true;

  constructor(screen: Screen, { env, home }: Pick<Io, 'env' | 'home'>, isPlain: boolean) {
    const isDumb = env['TERM'] === 'dumb';
    this.#screen = screen;
    this.#home = escapeControl(home.replace(/\/+$/, ''));
    this.hasCursor = screen.isTTY && !isDumb;
    this.paint = colors.createColors(!isPlain && wantsColors(env, this.hasCursor));
    const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
    // Many rescue shells have no UTF-8.
    this.symbols = !isDumb && /utf-?8/i.test(locale) ? unicode : ascii;
  }

  /** Columns to write in. Text for a file or a pipe is not wrapped. */
  get width(): number {
    const { isTTY, columns } = this.#screen;
    return isTTY ? Math.max(20, columns ?? 80) : Infinity;
  }

  write(text: string): void {
    this.#screen.write(text);
  }

  /** A line; an empty one separates, and is none at the beginning. */
  line(text = ''): void {
    if (text === '' && this.#isEmpty) return;
    this.#isEmpty = false;
    this.write(`${text}\n`);
  }

  title(text: string): void {
    this.line();
    this.line(this.paint.bold(text));
  }

  /** A sentence, wrapped between words; `hanging` indents the lines after the first. */
  words(text: string, indent = 2, hanging = indent): void {
    for (const line of this.wrapped(text, indent, hanging)) this.line(line);
  }

  /** A sign in its color, with a text behind it that has this color, too. */
  signed(sign: Sign, text = ''): string {
    return this.paint[signColors[sign]](`${this.symbols[sign]} ${text}`.trimEnd());
  }

  /** A sentence behind its sign. */
  verdict(sign: Sign, text: string): void {
    this.words(this.signed(sign, text), 0, 2);
  }

  wrapped(text: string, indent: number, hanging: number): readonly string[] {
    const room = this.width - Math.max(indent, hanging);
    const lines = room === Infinity ? [text] : wrapAnsi(text, Math.max(16, room)).split('\n');
    return lines.map((line, index) => ' '.repeat(index === 0 ? indent : hanging) + line);
  }

  /** A label with a text beside it, which is wrapped there; below it where the screen is narrow. */
  labeled(label: string, text: string): void {
    const width = stringWidth(label) + 2;
    if (this.width < 60) this.words(`${label}  ${text}`, 0, 4);
    else
      for (const [index, line] of this.wrapped(text, 0, width).entries()) {
        this.line(index === 0 ? `${label}  ${line}` : line);
      }
  }

  /** A command on one line, however long, so that it can be copied. */
  command(text: string, indent = 2): void {
    this.line(' '.repeat(indent) + this.paint.cyan(text));
  }

  /** A path with a remark: below it where the line has no room for both. A path is never wrapped. */
  remarked(start: string, remark: string, indent: number): void {
    const isBeside = stringWidth(start) + 2 + stringWidth(remark) <= this.width;
    if (remark === '') this.line(start);
    else if (isBeside) this.line(`${start}  ${remark}`);
    else {
      this.line(start);
      this.words(remark, indent);
    }
  }

  /** Each path on a line of its own, as far as there is room; then how many more there are. */
  list(paths: readonly string[], limit: number, indent = 4): void {
    // A line that says "1 more" takes as much room as the path.
    const shown = paths.length === limit + 1 ? limit + 1 : limit;
    for (const path of paths.slice(0, shown)) this.line(' '.repeat(indent) + this.path(path));
    const more = paths.length - shown;
    if (more > 0) this.words(this.paint.dim(`and ${more} more`), indent);
  }

  /** A path with `~` for the home directory, and with control characters escaped. */
  path(path: string): string {
    const safe = escapeControl(path);
    return this.#home !== '' && (safe === this.#home || safe.startsWith(`${this.#home}/`))
      ? `~${safe.slice(this.#home.length)}`
      : safe;
  }

  /** A sentence that may contain paths of the home directory. */
  prose(text: string): string {
    return this.#home === '' ? text : text.replaceAll(`${this.#home}/`, '~/');
  }

  /** The text, padded to a width. */
  pad(text: string, width: number): string {
    return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
  }
}

function wantsColors(env: Io['env'], hasCursor: boolean): boolean {
  if (env['NO_COLOR']) return false;
  return env['FORCE_COLOR'] ? env['FORCE_COLOR'] !== '0' : hasCursor;
}

/** The text with control and format characters escaped: a terminal could obey them. */
export function escapeControl(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
