import type { HomeRetention } from '../retention/index.ts';
import type { Context, Result } from './context.ts';
import { examine, isHealthy } from './doctor-facts.ts';
import { EXIT } from './exit-codes.ts';
import { nextSteps, printSteps } from './next-steps.ts';
import { printLinks } from './print-links.ts';
import { printProblems, tally } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { printRestorePointStates, printRetention, printSessions } from './print-surroundings.ts';
import { count } from './amounts.ts';
import { asData } from './wording.ts';
import { whileLooking } from './waiting.ts';

/** Says how the homes stand, and what to type next; changes nothing. */
export async function doctor({ io, setting, page, notes }: Context): Promise<Result> {
  const facts = await whileLooking(notes, 'looking at the homes', examine(setting));
  const { reports, retention, liveSessions, problems } = facts;
  const { restorePoints } = facts.restorePoints;
  const isOk = isHealthy(facts, setting);
  const steps = nextSteps(io.env, setting, problems, restorePoints);

  printSetting(page, setting, true);
  page.line();
  printLinks(page, reports);
  printRetention(page, retention);
  printSessions(page, liveSessions);
  printRestorePointStates(page, restorePoints);
  printProblems(page, problems);
  page.line();
  const { paint, symbols } = page;
  const told = tally(problems);
  const homes = count(reports.length, 'home');
  if (isOk) {
    const verb = reports.length === 1 ? 'leads' : 'lead';
    const warnings = told === '' ? '' : `; ${told}`;
    page.line(
      paint.green(`${symbols.ok} healthy: ${homes} ${verb} to the shared state${warnings}`),
    );
  } else {
    page.line(paint.red(`${symbols.bad} not healthy: ${told || 'see above'}`));
  }
  printSteps(page, steps);
  return {
    exitCode: isOk ? EXIT.done : EXIT.problems,
    body: {
      homes: reports.map(({ accountHome, ok, links, wouldCreate, problems }) => ({
        accountHome,
        ok,
        links,
        wouldCreate,
        problems: problems.map(asData),
      })),
      retention: { ...retention, homes: retention.homes.map(periodOf) },
      liveSessions,
      restorePoints,
      problems: problems.map(asData),
      next: steps,
    },
  };
}

/** What a home says of its retention; its problems are among all others. */
function periodOf({ accountHome, settings, periodDays, source }: HomeRetention) {
  return { accountHome, settings, periodDays, source };
}
