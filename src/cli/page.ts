import colours from 'picocolors';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { escapeControl, withoutTrailingSeparators } from '../core/paths.ts';
import type { Io, Screen } from './io.ts';
import { type Symbols, symbolsFor } from './symbols.ts';

type Paint = ReturnType<typeof colours.createColors>;

/** Text for people, on a screen of some width and with or without colours. */
export class Page {
  readonly paint: Paint;
  readonly symbols: Symbols;
  readonly #screen: Screen;
  readonly #home: string;
  readonly #hasCursor: boolean;

  constructor(screen: Screen, { env, home }: Pick<Io, 'env' | 'home'>, isPlain: boolean) {
    this.#screen = screen;
    this.#home = withoutTrailingSeparators(home);
    this.#hasCursor = screen.isTTY && env['TERM'] !== 'dumb';
    this.paint = colours.createColors(!isPlain && wantsColours(screen, env));
    this.symbols = symbolsFor(env);
  }

  /** Whether a line can be drawn over. */
  get hasCursor(): boolean {
    return this.#hasCursor;
  }

  /** Columns to write in. What goes into a file or a pipe is not broken into lines. */
  get width(): number {
    const { isTTY, columns } = this.#screen;
    return isTTY ? Math.max(20, columns ?? 80) : Infinity;
  }

  write(text: string): void {
    this.#screen.write(text);
  }

  line(text = ''): void {
    this.write(`${text}\n`);
  }

  title(text: string): void {
    this.line();
    this.line(this.paint.bold(text));
  }

  /** A sentence, broken between words and indented; what follows its first line a little more. */
  words(text: string, indent = 2, hanging = indent): void {
    for (const line of this.broken(text, indent, hanging)) this.line(line);
  }

  broken(text: string, indent: number, hanging: number): readonly string[] {
    const room = this.width - Math.max(indent, hanging);
    const lines =
      room === Infinity ? [text] : wrapAnsi(text, Math.max(16, room), { hard: false }).split('\n');
    return lines.map((line, index) => ' '.repeat(index === 0 ? indent : hanging) + line);
  }

  /** A command, whole and on a line of its own: it is there to be copied. */
  command(text: string, indent = 4): void {
    this.line(' '.repeat(indent) + this.paint.cyan(text));
  }

  /** A path for people: with `~`, and so that no terminal obeys what is in it. */
  path(path: string): string {
    const isBelow = path === this.#home || path.startsWith(`${this.#home}/`);
    return escapeControl(isBelow && this.#home !== '' ? `~${path.slice(this.#home.length)}` : path);
  }

  /** A sentence that may hold paths of the home directory. */
  prose(text: string): string {
    const home = escapeControl(this.#home);
    return home === '' || home === '/' ? text : text.replaceAll(`${home}/`, '~/');
  }

  /** The text, filled up to a width. */
  pad(text: string, width: number): string {
    return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
  }
}

function wantsColours(screen: Screen, env: Io['env']): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return screen.isTTY && env['TERM'] !== 'dumb';
}
