import type { Log, Other } from './user-facts.ts';
import type { UserModel } from './user-model.ts';
import { homeAt, linesOf, names, pathOf, targetOf } from './places.ts';

/** Everything that there is, by path: `file …`, `link to …`, `directory …`. */
export type Entries = ReadonlyMap<string, string>;

interface Found {
  readonly entries: Entries;
  readonly model: UserModel;
  /** Paths that the report names as not merged. */
  readonly listed: readonly string[];
}

const FILE = 'file ';

const contentAt = (entries: Entries, path: string) => {
  const found = entries.get(path);
  return found?.startsWith(FILE) === true ? found.slice(FILE.length) : undefined;
};

/** What was promised whatever happens: nothing is lost, be it at its place or not. */
export function lost({ entries, model }: Pick<Found, 'entries' | 'model'>): readonly string[] {
  const contents = new Set<string>();
  const byName = new Map<string, Set<string>>();
  for (const [path, what] of entries) {
    if (!what.startsWith(FILE) || path.includes('/incoming/')) continue;
    const content = what.slice(FILE.length);
    contents.add(content);
    const [, file = ''] = /([^/]*?\.jsonl)[^/]*$/.exec(path) ?? [];
    const lines = byName.get(file) ?? new Set();
    for (const line of linesOf(content)) lines.add(line);
    byName.set(file, lines);
  }
  return [
    ...model.logs.flatMap(({ file, lines, weak }) =>
      [...lines, ...weak].flatMap((line) =>
        byName.get(file)?.has(line) === true ? [] : [`${line} of ${file} is lost`],
      ),
    ),
    ...[...model.others.values()].flatMap(({ path, at }) =>
      [...at.values()].flatMap((content) =>
        contents.has(content) ? [] : [`${path} with ${content} is lost`],
      ),
    ),
  ];
}

/** What was promised for the end of a migration that says it is done. */
export function notShared(found: Found, ofHomes: readonly string[]): readonly string[] {
  const { entries, model } = found;
  const unlinked = ofHomes.flatMap((home) =>
    names.flatMap((name) => {
      const path = `${homeAt(home)}/${name}`;
      return entries.get(path) === `link to ${targetOf(name)}` ? [] : [`${path} is not linked`];
    }),
  );
  const temporary = [...entries.keys()].filter((path) => path.includes('/incoming/'));
  return [
    ...unlinked,
    ...temporary.map((path) => `${path} is left over`),
    ...[...model.directories].flatMap((path) => {
      const name = path.slice(0, path.indexOf('/'));
      const shared = `${targetOf(name)}${path.slice(name.length)}`;
      return entries.get(shared)?.startsWith('directory') === true ? [] : [`${shared} is missing`];
    }),
    ...model.logs.flatMap((log) => logFlaws(found, log, targetOf('projects'))),
    ...[...model.others.values()].flatMap((other) => otherFlaws(found, other)),
  ];
}

/** What is wrong with a transcript below a directory in which it has to be. */
function logFlaws({ entries, listed }: Found, log: Log, root: string): readonly string[] {
  const files = [...entries.keys()].filter(
    (path) => path.startsWith(`${root}/`) && path.endsWith(`/${log.file}`),
  );
  const isListed = listed.some((path) => path.includes(log.file));
  const flaws: string[] = [];
  const counts = new Map<string, number>();
  for (const path of files) {
    const content = contentAt(entries, path) ?? '';
    const lines = linesOf(content);
    if (new Set(lines).size < lines.length && !log.mayRepeat)
      flaws.push(`${path} has a line twice`);
    if (content !== '' && !content.endsWith('\n')) flaws.push(`${path} ends in a torn line`);
    for (const line of lines) {
      counts.set(line, (counts.get(line) ?? 0) + 1);
      if (!log.lines.has(line) && !log.weak.has(line) && !log.past.has(line)) {
        flaws.push(`${path} has ${line}, which nobody wrote there`);
      }
      if (log.gone.has(line) && !log.lines.has(line) && !isListed)
        flaws.push(`${path} has ${line} again`);
    }
  }
  // Sessions with copies were said to be at rest. One that begins in the run may have got two beginnings.
  const isExcused =
    (log.isDisturbed || log.isNew || (log.copies.size > 1 && log.touchedBy.size > 0)) && isListed;
  // From then on its lines need only be somewhere.
  if (isExcused) log.isLeft = true;
  if (log.isLeft || log.lines.size === 0) return flaws;
  for (const [line, count] of counts) {
    if (count > 1 && log.oldKeys.size === 0 && !log.mayRepeat)
      flaws.push(`${log.file} has ${line} ${count} times`);
  }
  const expected = `${root}/${pathOf(log)}`;
  const places = new Set(
    [log.key, ...log.oldKeys].map((key) => `${root}/${pathOf({ ...log, key })}`),
  );
  const isOne = files.length === 1 || (files.length > 0 && log.oldKeys.size > 0);
  if (!isOne || !files.every((path) => places.has(path))) {
    flaws.push(`${log.file} is at ${files.join(', ') || 'no place'}, not at ${expected}`);
  }
  for (const line of log.lines) if (!counts.has(line)) flaws.push(`${expected} lacks ${line}`);
  return flaws;
}

function otherFlaws({ entries, listed }: Found, other: Other): readonly string[] {
  const name = other.path.slice(0, other.path.indexOf('/'));
  const path = `${targetOf(name)}${other.path.slice(name.length)}`;
  const there = contentAt(entries, path);
  const contents = new Set(other.at.values());
  const [content] = contents;
  // Also of a directory that was made again meanwhile, whose name in a restore point is another.
  const isExcused = listed.some((it) => it.endsWith(other.path.slice(name.length)));
  if (other.isGone) {
    return there === undefined || isExcused ? [] : [`${path} has come back`];
  }
  if (path.endsWith('/MEMORY.md') && contents.size > 1 && !isExcused && !other.isLeft) {
    const lines = new Set(linesOf(there ?? ''));
    const missing = [...contents].flatMap(linesOf).filter((line) => !lines.has(line));
    if (missing.length > 0) return [`${path} lacks ${missing.join(', ')}`];
  }
  if (isExcused || contents.size > 1) other.isLeft = true;
  if (contents.size !== 1 || other.isLeft || isUnited(other, content, there)) return [];
  return [`${path} has ${there ?? 'vanished'}, not ${content}`];
}

/** Whether a file is what it should be; what had not been seen or shared when it was replaced may be united with a memory. */
function isUnited({ path, mayStay }: Other, content = '', there = ''): boolean {
  if (there === content || !path.endsWith('/MEMORY.md')) return there === content;
  const lines = new Set(linesOf(there));
  const known = new Set([content, ...mayStay].flatMap(linesOf));
  return (
    linesOf(content).every((line) => lines.has(line)) && [...lines].every((line) => known.has(line))
  );
}

/** Nothing may run during a restore: what is written nevertheless is kept, and no more is promised. */
const isTouched = ({ touchedBy }: Log | Other) => touchedBy.size > 0;

/** What was promised for the end of a restore that says it is done. */
export function notGivenBack(
  { entries, model, listed }: Found,
  home: string,
  restored: readonly string[],
): readonly string[] {
  const flaws = restored.flatMap((name) => {
    const path = `${homeAt(home)}/${name}`;
    return entries.get(path)?.startsWith('directory') === true ? [] : [`${path} is no directory`];
  });
  if (restored.includes('projects')) {
    for (const log of model.logs.filter((it) => !isTouched(it))) {
      flaws.push(...logFlaws({ entries, model, listed }, log, `${homeAt(home)}/projects`));
    }
  }
  for (const other of model.others.values()) {
    const [content] = other.at.values();
    const isOne = new Set(other.at.values()).size === 1;
    const name = other.path.slice(0, other.path.indexOf('/'));
    if (!isOne || other.isLeft || !restored.includes(name) || isTouched(other)) continue;
    // Its program has deleted it once it had it back.
    if (other.isDisturbed && !other.at.has(home)) continue;
    const path = `${homeAt(home)}/${other.path}`;
    const there = contentAt(entries, path);
    const isExcused = listed.some((it) => it.endsWith(`/${other.path.slice(name.length + 1)}`));
    if (isExcused) other.isLeft = true;
    else if (!isUnited(other, content, there))
      flaws.push(`${path} has ${there ?? 'vanished'}, not ${content}`);
  }
  return flaws;
}
