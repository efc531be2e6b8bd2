import { memfs } from 'memfs';
import {
  type AccountReport,
  ensureForAccount,
  ensureForAccountSync,
  inspectAll,
  inspectAllSync,
  isSharedStateError,
  requiredSharedUnder,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { replaceDisk } from './replace-disk.ts';

type Reports = readonly AccountReport[];
type Memory = ReturnType<typeof newMemory>;

const required = requiredSharedUnder('/shared');
const healthy = '/accounts/healthy';
const unhealthy = '/accounts/unhealthy';

const makers: Record<string, (home: string, fs: Memory) => Reports | Promise<Reports>> = {
  ensureForAccount: async (home, fs) => [await ensureForAccount(home, { required, fs })],
  ensureForAccountSync: (home, fs) => [ensureForAccountSync(home, { required, fs })],
  validateAll: (home, fs) => validateAll([home], { required, fs }),
  validateAllSync: (home, fs) => validateAllSync([home], { required, fs }),
};
const lookers: typeof makers = {
  inspectAll: (home, fs) => inspectAll([home], { required, fs }),
  inspectAllSync: (home, fs) => inspectAllSync([home], { required, fs }),
};

const reached: string[] = [];
replaceDisk((name) => () => {
  reached.push(name);
  throw new Error(`${name} has reached the real disk`);
});
void work().then((told) => console.log(JSON.stringify(told)));

async function work() {
  const outcomes: Record<string, unknown> = {};
  for (const [name, call] of Object.entries({ ...makers, ...lookers })) {
    const fs = newMemory();
    if (name in lookers) validateAllSync([healthy], { required, fs });
    outcomes[name] = {
      healthy: await outcomeOf(() => call(healthy, fs)),
      unhealthy: await outcomeOf(() => call(unhealthy, fs)),
      link: await fs.promises.readlink(`${healthy}/projects`).catch(() => 'none'),
    };
  }
  const reachedFromMemory = [...reached];
  await inspectAll([healthy]);
  inspectAllSync([healthy]);
  return { outcomes, reachedFromMemory, reachedWithoutFs: reached };
}

function newMemory() {
  return memfs({ [`${unhealthy}/projects/transcript.jsonl`]: '{}' }).fs;
}

/** The code of every error. */
async function outcomeOf(call: () => Reports | Promise<Reports>): Promise<readonly string[]> {
  const reports = await new Promise<Reports>((resolve) => resolve(call())).catch(
    (error: unknown) => {
      if (isSharedStateError(error)) return error.reports;
      throw error;
    },
  );
  return reports
    .flatMap(({ problems }) => problems)
    .filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);
}
