import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type {
  DeleteReport,
  MigrationPlan,
  MigrationReport,
  RestorePointList,
  RestoreReport,
} from 'claude-shared-state/migrate';
import { bundleChild, startChild } from './child.ts';
import { whyNot } from './required-here.ts';
import type { UserJob } from './user-child.ts';

/** The user of these tests, and the one whose files are in the way. */
export const USER = 65_534;
export const ROOT = 0;

interface Answers {
  readonly plan: MigrationPlan;
  readonly migrate: MigrationReport;
  readonly restore: RestoreReport;
  readonly list: RestorePointList;
  readonly prune: readonly DeleteReport[];
}

/** Why no call can be made as another user here, or nothing if it can. */
export function whyNoOtherUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can set the stage, and run as another user';
  return whyNot('setpriv is missing', 'setpriv', '--version');
}

/** A directory for stages, which any user may enter. */
function openDirectory(): string {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-user-'));
  chmodSync(path, 0o755);
  return path;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Processes of each user, which make the calls of all stages one after the other. */
export class Users {
  readonly #root = openDirectory();
  readonly #script = bundleChild('user-child.ts', this.#root);
  readonly #processes = new Map<number, Promise<ReturnType<typeof startChild<UserJob, object>>>>();

  async #start(uid: number) {
    const as = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    return startChild<UserJob, object>(await this.#script, isObject, as);
  }

  async perform(uid: number, job: UserJob): Promise<object | undefined> {
    const starting = this.#processes.get(uid) ?? this.#start(uid);
    this.#processes.set(uid, starting);
    const child = await starting;
    child.tell(job);
    return await child.answer();
  }

  async end(): Promise<void> {
    for (const child of this.#processes.values()) (await child).process.kill();
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** A directory on the disk that belongs to the user, and calls of the package made as a user. */
export class UserStage {
  readonly root = openDirectory();
  readonly #users: Users;

  constructor(users: Users) {
    this.#users = users;
    this.give('.', USER);
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  at(path: string): string {
    return join(this.root, path);
  }

  /** Makes a file, and the directories above it, that belong to a user. */
  file(path: string, content: string, uid: number = USER, mode = 0o600): string {
    const full = this.at(path);
    this.directory(dirname(path));
    writeFileSync(full, content);
    chmodSync(full, mode);
    lchownSync(full, uid, uid);
    return full;
  }

  directory(path: string, uid: number = USER, mode = 0o700): string {
    const full = this.at(path);
    if (full === this.root) return full;
    this.directory(dirname(path));
    try {
      mkdirSync(full);
    } catch {
      return full;
    }
    chmodSync(full, mode);
    lchownSync(full, uid, uid);
    return full;
  }

  /** Gives a path to a user, and nothing below it. */
  give(path: string, uid: number): void {
    lchownSync(this.at(path), uid, uid);
  }

  /** The owners of everything below a path that is not the user's. */
  othersIn(path: string): readonly string[] {
    const full = this.at(path);
    const { uid } = lstatSync(full);
    const own = uid === USER ? [] : [path];
    if (!lstatSync(full).isDirectory()) return own;
    return [...own, ...readdirSync(full).flatMap((name) => this.othersIn(join(path, name)))];
  }

  /** Makes a call as a user. */
  async call<Call extends UserJob['call']>(
    call: Call,
    homes: readonly string[],
    options: UserJob['options'] = {},
    uid: number = USER,
  ): Promise<Answers[Call]> {
    const names = ['session-env', 'file-history', 'projects'];
    const required = names.map((name) => ({
      name,
      target: this.at(`shared/.claude-${name}-shared`),
    }));
    const job: UserJob = { call, homes: homes.map((it) => this.at(it)), required, options };
    const answer = await this.#users.perform(uid, job);
    if (!isAnswer(call, answer)) throw new Error(`the child said ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The problems of a report that are errors: code, path below the stage, owner, errno, reason. */
  errorsIn({ problems }: Pick<MigrationReport, 'problems'>): readonly string[] {
    return problems
      .filter(({ severity }) => severity === 'error')
      .map((problem) => {
        const more = ['reason', 'uid', 'errno'].flatMap((name) => {
          const value: unknown = Reflect.get(problem, name);
          return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
        });
        return [problem.code, problem.path.replace(`${this.root}/`, ''), ...more].join(' ');
      })
      .toSorted();
  }
}

/** Every report has problems; of deletions there is a list. */
function isAnswer<Call extends UserJob['call']>(
  call: Call,
  answer: unknown,
): answer is Answers[Call] {
  return call === 'prune' ? Array.isArray(answer) : isObject(answer) && 'problems' in answer;
}
