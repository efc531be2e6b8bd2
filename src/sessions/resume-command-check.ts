import { isAbsolute } from 'node:path';
import { ArgumentCheck } from '../core/arguments.ts';
import { isArray } from '../core/json.ts';
import { checkSessionId } from './session-id.ts';
import { isTypeable } from './shell-quote.ts';

const known = [
  'accountHome',
  'defaultAccountHome',
  'cwd',
  'program',
  'extraArgs',
  'prompt',
  'dangerouslySkipPermissions',
] as const;

type Known = Readonly<Partial<Record<(typeof known)[number], unknown>>>;

/** What an option must be: whether a value is, and how the rest of "It must be …" goes. */
interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly expected: string;
}

const ON_ONE_LINE = 'on one line, and without other control characters';

const rules = {
  path: { holds: isTypeable, expected: `a path ${ON_ONE_LINE}` },
  program: {
    holds: isProgram,
    expected: `a name on the PATH or an absolute path, without =, ${ON_ONE_LINE}`,
  },
  prompt: {
    holds: (value) => isTypeable(value) && value !== '',
    expected: `a text that is not empty, ${ON_ONE_LINE}`,
  },
  boolean: { holds: (value) => typeof value === 'boolean', expected: 'true or false' },
  array: { holds: isArray, expected: 'an array of texts' },
  text: { holds: isTypeable, expected: `a text ${ON_ONE_LINE}` },
  notAnotherSession: {
    holds: (value) => !namesSession(value),
    expected: 'left out: the session is named by its id',
  },
  noPrompt: { holds: (value) => value !== '--', expected: 'left out: the prompt is an option' },
} as const satisfies Record<string, Rule>;

/** Refuses what could not be run, or could not be typed on one line. */
export function checkResumeCommand(sessionId: unknown, options: Known): void {
  const check = new ArgumentCheck();
  checkSessionId(check, sessionId);
  if (check.areOptions(options, known)) checkOptions(check, options);
  check.finish('resumeCommand');
}

function checkOptions(check: ArgumentCheck, options: Known): void {
  checkPath(check, 'accountHome', options.accountHome);
  checkPath(check, 'cwd', options.cwd);
  const { defaultAccountHome } = options;
  if (defaultAccountHome !== undefined) checkPath(check, 'defaultAccountHome', defaultAccountHome);
  hold(check, 'program', options.program, rules.program);
  hold(check, 'prompt', options.prompt, rules.prompt);
  hold(check, 'dangerouslySkipPermissions', options.dangerouslySkipPermissions, rules.boolean);
  const { extraArgs } = options;
  hold(check, 'extraArgs', extraArgs, rules.array);
  if (!isArray(extraArgs)) return;
  // A hole in an array is a missing text, not a missing entry.
  for (const [index, arg] of Array.from(extraArgs, (it) => it ?? null).entries()) {
    for (const rule of [rules.text, rules.notAnotherSession, rules.noPrompt]) {
      hold(check, `extraArgs[${index}]`, arg, rule);
    }
  }
}

function checkPath(check: ArgumentCheck, name: string, path: unknown): void {
  if (check.isPath(`options.${name}`, path)) hold(check, name, path, rules.path);
}

/** Refuses a value that breaks a rule; an option that was left out breaks none. */
function hold(check: ArgumentCheck, name: string, value: unknown, rule: Rule): void {
  if (value === undefined || rule.holds(value)) return;
  check.refuseOption(`options.${name}`, value, rule.expected);
}

// With a = in it, `env` would take it for a variable; with a - in front, for an option.
function isProgram(value: unknown): boolean {
  if (!isTypeable(value) || value.includes('=')) return false;
  return isAbsolute(value) || /^[^-/~][^/]*$/.test(value);
}

const LONG = /^--(?:resume|continue|session-id|from-pr)(?:=|$)/;
// `-p` may have them in its bundle, and they may have their value in the same word.
const SHORT = /^-p*[cr]/;

function namesSession(value: unknown): boolean {
  return typeof value === 'string' && (LONG.test(value) || SHORT.test(value));
}
