/*
 * The start of a failover daemon: fixes what is safe, and says who has to fix the rest.
 *
 *   npx tsx examples/daemon-startup.ts ~/.claude-work ~/.claude-spare
 *
 * Exits 0 if every account home shares its state, and 1 if a session could be lost.
 */
import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  isSharedStateError,
  type Problem,
  requiredSharedUnder,
  validateAll,
} from 'claude-shared-state';

const MAX_ATTEMPTS = 3;
const RETRY_DELAY_MS = 200;

const accountHomes = process.argv.slice(2);
const required = requiredSharedUnder(homedir());

process.exitCode = (await isReady()) ? 0 : 1;

async function isReady(): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const problems = await findProblems();
    for (const { severity, code, message } of problems) {
      console.error(`${severity} ${code}: ${message}`);
    }
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return true;

    const steps = errors.map(nextStep);
    if (steps.includes('stop') || attempt === MAX_ATTEMPTS) return false;
    await delay(RETRY_DELAY_MS);
  }
}

/** All problems of all homes; only warnings if everything is right. */
async function findProblems(): Promise<readonly Problem[]> {
  try {
    const reports = await validateAll(accountHomes, { required });
    for (const path of reports.flatMap(({ created }) => created)) console.log(`created ${path}`);
    return reports.flatMap(({ problems }) => problems);
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    return error.problems;
  }
}

/** The remedies are a closed list: new codes in later versions use them, too. */
function nextStep({ remedy, path }: Problem): 'again' | 'stop' {
  switch (remedy) {
    case 'retry':
    case 'ensure':
      return 'again';
    case 'migrate':
      console.error(`=> stop the sessions there and merge ${path} into the shared target`);
      return 'stop';
    case 'restore':
    case 'choose-session':
    case 'manual':
      console.error(`=> wake a person: ${path === '' ? 'the configuration is wrong' : path}`);
      return 'stop';
    default:
      return remedy satisfies never;
  }
}
