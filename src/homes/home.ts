import { platform } from 'node:process';
import { mapLimit } from '../core/map-limit.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory, type NamedEntry, realPathOrUndefined } from '../fs/io.ts';
import { textOf } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { dateOf, statTranscripts } from '../retention/expiring.ts';
import { type Account, readAccount } from './account.ts';
import { type HomeRule, sessionState } from './layouts.ts';

/** An account home. */
export interface AccountHome {
  readonly accountHome: string;
  /** Why it is taken for one: the name of a layout, or `named`, `environment`, `process` or `linked`. */
  readonly rule: HomeRule;
  /** Absent if its files name none, as with an API key. */
  readonly account?: Account;
  /**
   * Whether it has a `.credentials.json`. Absent on macOS if it has none: its login may then be in the Keychain, which is
   * not asked.
   */
  readonly hasCredentials?: boolean;
  /** Every symbolic link in it. */
  readonly links: readonly HomeLink[];
  /** The transcripts under its `projects`, also behind a link; absent if they were not counted. */
  readonly sessions?: SessionCount;
  /** Why it should not be migrated unless somebody names it. */
  readonly remarks: readonly HomeRemark[];
}

/** A symbolic link in an account home. */
export interface HomeLink {
  readonly name: string;
  /** The text of the link, verbatim. */
  readonly storedTarget: string;
  /** The real path that it leads to; absent if it leads to nothing. */
  readonly realTarget?: string;
  /** Whether it leads to a directory. */
  readonly isDirectory: boolean;
}

/** How many sessions there are, and when the last one changed. */
export interface SessionCount {
  readonly count: number;
  readonly lastModifiedAt?: Date;
}

/**
 * `same-account`: the account of an earlier home. `looks-like-a-copy`: it has sessions of an earlier home, and no account
 * of its own.
 */
export interface HomeRemark {
  readonly kind: 'same-account' | 'looks-like-a-copy';
  /** The earlier home. */
  readonly accountHome: string;
}

/** A home while it is looked at. */
export interface ExaminedHome {
  readonly home: AccountHome;
  readonly real: string;
  readonly names: ReadonlySet<string>;
  /** The real path of its `projects`; `undefined` if that is no directory, or a link to nothing. */
  readonly projects: string | undefined;
  /** Whether it is the home that is used when `CLAUDE_CONFIG_DIR` is unset. */
  readonly isDefault: boolean;
}

/** Where the links of session state lead that lead anywhere. */
export function stateLinks({ links }: AccountHome): readonly Required<HomeLink>[] {
  return links.flatMap(({ realTarget, ...link }) =>
    realTarget !== undefined && sessionState.includes(link.name) ? { ...link, realTarget } : [],
  );
}

/** Reads what is in a home. */
export async function examineHome(
  fs: SessionReadFs,
  accountHome: string,
  real: string,
  rule: HomeRule,
  isDefault: boolean,
): Promise<ExaminedHome> {
  const listed = await listDirectory(fs, accountHome);
  const entries = listed.ok ? listed.value : [];
  const symlinks = entries.filter(({ kind }) => kind === 'symlink');
  const links = await mapLimit(symlinks, ({ name }) => readLink(fs, accountHome, name));
  const account = await readAccount(fs, accountHome, isDefault);
  const names = new Set(entries.map(({ name }) => name));
  return {
    home: {
      accountHome,
      rule,
      ...(account === undefined ? {} : { account }),
      ...credentialsIn(names),
      links,
      remarks: [],
    },
    real,
    names,
    projects: await projectsOf(fs, accountHome, entries, links),
    isDefault,
  };
}

/** Whether a home with these names in it has credentials, as far as they tell. */
export function credentialsIn(
  names: ReadonlySet<string>,
  system: string = platform,
): Pick<AccountHome, 'hasCredentials'> {
  const hasCredentials = names.has('.credentials.json');
  return hasCredentials || system !== 'darwin' ? { hasCredentials } : {};
}

async function readLink(fs: SessionReadFs, accountHome: string, name: string): Promise<HomeLink> {
  const path = join(accountHome, name);
  const [stored, realTarget, stats] = await Promise.all([
    toResult(fs.readlink(path)),
    realPathOrUndefined(fs, path),
    toResult(fs.stat(path, { bigint: true })),
  ]);
  return {
    name,
    storedTarget: stored.ok ? textOf(stored.value) : '',
    ...(realTarget === undefined ? {} : { realTarget }),
    isDirectory: stats.ok && stats.value.isDirectory(),
  };
}

async function projectsOf(
  fs: SessionReadFs,
  accountHome: string,
  entries: readonly NamedEntry[],
  links: readonly HomeLink[],
): Promise<string | undefined> {
  const link = links.find(({ name }) => name === 'projects');
  if (link !== undefined) return link.isDirectory ? link.realTarget : undefined;
  const isDirectory = entries.some(({ name, kind }) => name === 'projects' && kind === 'directory');
  return isDirectory ? await realPathOrUndefined(fs, join(accountHome, 'projects')) : undefined;
}

/** Counts transcripts, with one `stat` for each. */
export async function countSessions(fs: SessionReadFs, projects: string): Promise<SessionCount> {
  const { transcripts } = await statTranscripts(fs, projects);
  const last = transcripts.reduce((latest, { mtime }) => Math.max(latest, mtime), 0);
  return { count: transcripts.length, ...(last === 0 ? {} : { lastModifiedAt: dateOf(last) }) };
}
