import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import type { List } from './expand.ts';
import type { ExaminedHome, HomeRemark } from './home.ts';
import { STATE_DIRECTORY } from './layouts.ts';

// So many homes are compared, and so many projects and transcripts of each.
const MAX_HOMES = 50;
const MAX_SAMPLES = 3;

/** What is to be said about a home; the earlier ones are taken for the originals. */
export async function remarksOn(
  fs: SessionReadFs,
  list: List,
  one: ExaminedHome,
  earlier: readonly ExaminedHome[],
): Promise<readonly HomeRemark[]> {
  const uuid = one.home.account?.accountUuid;
  const isTwin = ({ home }: ExaminedHome) =>
    uuid !== undefined && home.account?.accountUuid === uuid;
  const twin = earlier.find(isTwin);
  // The program creates `.claude.json` in every home but the default one: it is not in a copy of that one.
  const isAnonymous = !one.names.has('.claude.json');
  const originals = earlier.slice(0, MAX_HOMES).filter((other) => isAnonymous || isTwin(other));
  const original = await originalOf(fs, list, one, originals);
  return [
    ...(twin === undefined ? [] : [remark('same-account', twin)]),
    ...(original === undefined ? [] : [remark('looks-like-a-copy', original)]),
  ];
}

function remark(kind: HomeRemark['kind'], { home }: ExaminedHome): HomeRemark {
  return { kind, accountHome: home.accountHome };
}

/** The first of these homes that has a session of this home, in a file of its own. */
async function originalOf(
  fs: SessionReadFs,
  list: List,
  { home, names, projects, isDefault }: ExaminedHome,
  originals: readonly ExaminedHome[],
): Promise<ExaminedHome | undefined> {
  const isLinked = home.links.some(({ name }) => name === 'projects');
  // A home that was migrated and restored has copies of everything that was shared.
  const isRestored = names.has(STATE_DIRECTORY);
  if (projects === undefined || isLinked || isDefault || isRestored) return undefined;
  const sample: string[] = [];
  for (const key of await namesIn(list, projects)) {
    const files = await namesIn(list, join(projects, key));
    const transcripts = files.filter((name) => name.endsWith('.jsonl')).slice(0, MAX_SAMPLES);
    sample.push(...transcripts.map((name) => join(key, name)));
    if (sample.length >= MAX_SAMPLES * MAX_SAMPLES) break;
  }
  for (const other of originals) {
    if (other.projects === undefined || other.projects === projects) continue;
    for (const path of sample) {
      const found = await toResult(fs.stat(join(other.projects, path), { bigint: true }));
      if (found.ok) return other;
    }
  }
  return undefined;
}

async function namesIn(list: List, path: string): Promise<readonly string[]> {
  const listed = await list(path);
  return listed.ok ? listed.value.map(({ name }) => name) : [];
}
