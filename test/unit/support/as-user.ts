import { execFileSync } from 'node:child_process';
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
  RestorePlan,
  RestorePointList,
  RestoreReport,
} from 'claude-shared-state/migrate';
import { bundleChild } from './child.ts';
import { whyNot } from './required-here.ts';
import type { UserJob } from './user-job.ts';

/** The user of these tests, and the one whose files are in the way. */
export const USER = 65_534;
export const ROOT = 0;

interface Answers {
  readonly plan: MigrationPlan;
  readonly migrate: MigrationReport;
  readonly planRestore: RestorePlan;
  readonly restore: RestoreReport;
  readonly list: RestorePointList;
  readonly prune: readonly DeleteReport[];
}

/** Why no call can be made as another user here, or nothing if it can. */
export function whyNoOtherUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can set the stage, and run as another user';
  return whyNot('setpriv is missing', 'setpriv', '--version');
}

/** Why a user may link files of others here, or nothing if that is protected. */
export function whyNoProtectedLinks(read: () => string): string | undefined {
  return read().trim() === '1' ? undefined : 'fs.protected_hardlinks is off';
}

/** A directory on the disk that belongs to the user, and calls of the package made as a user. */
export class UserStage {
  readonly root: string;
  readonly #script: string;

  private constructor(root: string, script: string) {
    this.root = root;
    this.#script = script;
  }

  static async open(): Promise<UserStage> {
    const root = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-user-'));
    chmodSync(root, 0o755);
    const script = await bundleChild('user-child.ts', root);
    const stage = new UserStage(root, script);
    stage.give('.', USER);
    return stage;
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

  /** Makes a call in a process of its own. */
  call<Call extends UserJob['call']>(
    call: Call,
    homes: readonly string[],
    options: NonNullable<UserJob['options']> = {},
    uid: number = USER,
  ): Answers[Call] {
    const names = ['session-env', 'file-history', 'projects'];
    const required = names.map((name) => ({
      name,
      target: this.at(`shared/.claude-${name}-shared`),
    }));
    const job: UserJob = { call, homes: homes.map((it) => this.at(it)), required, options };
    const argv = [process.execPath, this.#script, JSON.stringify(job)];
    const as = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    const answer: unknown = JSON.parse(
      execFileSync('setpriv', [...as, ...argv], { encoding: 'utf8' }),
    );
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
  if (call === 'prune') return Array.isArray(answer);
  return typeof answer === 'object' && answer !== null && 'problems' in answer;
}
