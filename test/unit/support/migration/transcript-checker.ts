import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LoggedStep, WrittenSession } from './writer-log.ts';

/** What is wrong with what writers have written; all lines counted. */
export interface Verdict {
  lines: number;
  /** Lines that are not in their transcript, but in a file that the report names. */
  listed: number;
  /** Lines that are only in a file that nobody named. */
  unlisted: number;
  /** Lines that are in no file at all. */
  nowhere: number;
  /** Those of them, listed or not, whose session was in one place, and was only appended to. */
  ofPlainSessions: number;
  duplicated: number;
  /** Batches of which a line follows a line of a later batch. */
  outOfOrder: number;
  /** Those of them that were not written while the command ran. */
  outOfOrderOutside: number;
  /** Lines that nobody wrote, such as halves. */
  torn: number;
  /** The same where the writer has logged that somebody else wrote in the middle of a step of several calls. */
  collided: number;
  /** Empty lines: put before what is appended to a line that seems to be unfinished. */
  blank: number;
  /** Further transcripts of the same session under other keys that nobody named. */
  fragments: number;
  /** Descriptions of the first few flaws. */
  readonly examples: string[];
}

/** When something happened, on the clock that all processes share. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the writers' lines should be, and where else to look for those that are not there. */
export interface Whereabouts {
  readonly root: string;
  readonly projectsOf: (session: WrittenSession) => string;
  /** Files that the report names. */
  readonly listed: readonly string[];
}

export function noVerdict(): Verdict {
  const lines = { lines: 0, listed: 0, unlisted: 0, nowhere: 0, ofPlainSessions: 0 };
  const order = { duplicated: 0, outOfOrder: 0, outOfOrderOutside: 0 };
  return { ...lines, ...order, torn: 0, collided: 0, blank: 0, fragments: 0, examples: [] };
}

/** Compares what writers have logged with what is on disk, and adds that to a verdict. */
export function checkSession(
  verdict: Verdict,
  session: WrittenSession,
  steps: readonly LoggedStep[],
  where: Whereabouts,
  span: Span,
): void {
  const projects = where.projectsOf(session);
  const key = steps.at(-1)?.key ?? session.key;
  const name = `${session.id}.jsonl`;
  const path = join(projects, key, name);
  const note = (what: string) => {
    if (verdict.examples.length < 20)
      verdict.examples.push(`${relative(where.root, path)}: ${what}`);
  };
  const others = readdirSync(projects)
    .filter((other) => other !== key && existsSync(join(projects, other, name)))
    .filter((other) => !where.listed.some((it) => it.endsWith(`/${other}/${name}`)));
  verdict.fragments += others.length;
  if (others.length > 0) note(`also in ${others.join(', ')}`);

  const found = existsSync(path) ? numbersIn(readFileSync(path, 'utf8')) : noNumbers;
  const mayBeTorn = steps.filter(({ collided }) => collided).length;
  const isCollision = found.torn <= mayBeTorn;
  if (isCollision) verdict.collided += found.torn;
  else verdict.torn += found.torn;
  verdict.blank += found.blank;
  if (!isCollision) note(`${found.torn} torn lines, of ${mayBeTorn} that may be`);
  const counts = new Map<number, number>();
  for (const n of isCollision ? [...found.numbers, ...found.glued] : found.numbers)
    counts.set(n, (counts.get(n) ?? 0) + 1);

  const batches = batchesOf(session, steps);
  const isPlain =
    !session.hasCopies && !steps.some(({ step }) => step === 'replace' || step === 'move');
  const linesElsewhere = once(() => allNamed(where.root, name));
  for (const { from, to, twice, step } of batches) {
    const missing: number[] = [];
    const found = new Set<string>();
    for (let n = from; n <= to; n += 1) {
      const expected = n === twice ? 2 : 1;
      const count = counts.get(n) ?? 0;
      verdict.lines += expected;
      if (count > expected) {
        verdict.duplicated += count - expected;
        note(`line ${n} ${count} times, ${timing(step, span)}`);
      }
      if (count >= expected) continue;
      const at = linesElsewhere().filter(({ numbers }) => numbers.includes(n));
      const isListed = at.some((file) => where.listed.some((it) => file.path.startsWith(it)));
      if (isListed) {
        verdict.listed += expected - count;
        if (isPlain) verdict.ofPlainSessions += expected - count;
        continue;
      }
      for (const { path: file } of at) found.add(relative(where.root, file));
      verdict[at.length === 0 ? 'nowhere' : 'unlisted'] += expected - count;
      if (isPlain) verdict.ofPlainSessions += expected - count;
      missing.push(n);
    }
    if (missing.length > 0) {
      const elsewhere = [...found].join(', ') || 'nowhere';
      note(`lines ${missing[0]} to ${missing.at(-1)} in ${elsewhere}, ${timing(step, span)}`);
    }
  }

  const batchOf = new Map<number, number>();
  for (const [index, { from, to }] of batches.entries()) {
    for (let n = from; n <= to; n += 1) batchOf.set(n, index);
  }
  const late = new Set<number>();
  let latest = 0;
  for (const n of found.numbers) {
    if (n < latest) late.add(batchOf.get(n) ?? 0);
    else latest = n;
  }
  verdict.outOfOrder += late.size;
  for (const index of late) {
    const step = batches[index]?.step;
    const during = step !== undefined && step.end >= span.start && step.start <= span.end;
    if (during) continue;
    verdict.outOfOrderOutside += 1;
    note(`batch ${step?.batch} out of order, ${timing(step, span)}`);
  }
}

interface Batch {
  readonly from: number;
  readonly to: number;
  readonly twice: number;
  readonly step: LoggedStep | undefined;
}

function batchesOf(session: WrittenSession, steps: readonly LoggedStep[]): readonly Batch[] {
  const before = { from: 1, to: session.lines, twice: 0, step: undefined };
  const appended = steps.filter(({ step }) => step === 'append');
  return [before, ...appended.map((step) => ({ ...step, step }))];
}

function timing(step: LoggedStep | undefined, { start, end }: Span): string {
  if (step === undefined) return 'there before';
  const after = (step.start - start) / 1e6;
  return `written ${after.toFixed(1)} ms after the start of ${((end - start) / 1e6).toFixed(1)} ms, batch ${step.batch}${step.recreated ? ', directories recreated' : ''}`;
}

const noNumbers: ReturnType<typeof numbersIn> = { numbers: [], glued: [], torn: 0, blank: 0 };

const LINE = /^(.*?)\{"w":\d+,"n":(\d+),"batch":\d+,"session":"[-0-9]+","text":"x*"\}$/;

/** The numbers of the lines of a transcript, in their order, and of those that stand behind half of another one. */
function numbersIn(text: string) {
  const lines = text.split('\n');
  const last = lines.pop();
  let torn = last === '' ? 0 : 1;
  let blank = 0;
  const numbers: number[] = [];
  const glued: number[] = [];
  for (const line of lines) {
    const [, rest, n] = LINE.exec(line) ?? [];
    if (n !== undefined && rest === '') numbers.push(Number(n));
    else if (line === '') blank += 1;
    else {
      torn += 1;
      if (n !== undefined) glued.push(Number(n));
    }
  }
  return { numbers, glued, torn, blank };
}

/** Every file of a name below a directory, temporary copies included. */
function allNamed(
  directory: string,
  name: string,
): readonly { readonly path: string; readonly numbers: readonly number[] }[] {
  return readdirSync(directory).flatMap((entry) => {
    const path = join(directory, entry);
    const stats = lstatSync(path);
    if (stats.isDirectory()) return allNamed(path, name);
    const isMeant = stats.isFile() && entry.startsWith(name);
    return isMeant ? [{ path, ...numbersIn(readFileSync(path, 'utf8')) }] : [];
  });
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
