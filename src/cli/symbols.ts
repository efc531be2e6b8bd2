/** The signs of one kind of terminal. */
export interface Symbols {
  readonly ok: string;
  readonly bad: string;
  readonly make: string;
  readonly warn: string;
  readonly bullet: string;
  /** A link that leads somewhere. */
  readonly leads: string;
  /** A link that ought to lead somewhere. */
  readonly broken: string;
  readonly fork: string;
  readonly end: string;
  readonly arrow: string;
  readonly full: string;
  readonly empty: string;
  readonly dots: string;
}

const drawn: Symbols = {
  ok: '✓',
  bad: '✗',
  make: '+',
  warn: '!',
  bullet: '·',
  leads: '──▶',
  broken: '─✗─',
  fork: '├',
  end: '└',
  arrow: '→',
  full: '█',
  empty: '░',
  dots: '…',
};

const typed: Symbols = {
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
  full: '#',
  empty: '.',
  dots: '...',
};

/** The drawn signs where the terminal is said to understand them; many a rescue shell is not. */
export function symbolsFor(env: Readonly<Record<string, string | undefined>>): Symbols {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return env['TERM'] !== 'dumb' && /utf-?8/i.test(locale) ? drawn : typed;
}
