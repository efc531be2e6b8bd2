import { isTypeable } from '../../sessions/shell-quote.ts';

/** An argument that is not given again, and why. Its value is nowhere: it may be a secret. */
export interface OmittedArgument {
  readonly argument: string;
  readonly reason: 'secret' | 'unknown' | 'not-typeable' | 'unknown-to-system';
}

/** The arguments of a running program that are given again when its session is resumed. */
export interface KeptArguments {
  readonly args: readonly string[];
  readonly omitted: readonly OmittedArgument[];
}

type Values = 'none' | 'one' | 'many' | 'optional';

const named = (values: Values, text: string) =>
  text.split(' ').map((name) => [name, values] as const);

/** The options that say how a session runs, by how many values each takes (`--help` of 2.1.197 to 2.1.332). */
const KEPT: ReadonlyMap<string, Values> = /* @__PURE__ */ (() =>
  new Map([
    ...named(
      'none',
      '--allow-dangerously-skip-permissions --ax-screen-reader --bare --brief --chrome --dangerously-skip-permissions ' +
        '--disable-slash-commands --exclude-dynamic-system-prompt-sections --ide --mcp-debug --no-chrome --restricted ' +
        '--safe-mode --strict-mcp-config --verbose',
    ),
    ...named(
      'one',
      '--agent --agents --append-system-prompt --append-system-prompt-file --autocompact --debug-file --effort ' +
        '--fallback-model --model --permission-mode --plugin-dir --plugin-url --setting-sources --settings ' +
        '--system-prompt --system-prompt-file --system-prompt-snapshot --teammate-mode --worktree -w',
    ),
    ...named(
      'many',
      '--add-dir --allowed-tools --allowedTools --betas --disallowed-tools --disallowedTools --mcp-config --tools',
    ),
    ...named('optional', '--debug --prompt-suggestions --remote-control -d'),
  ]))();

/** They name the session, which the resume command names itself, or what was said first. */
const NAMING =
  /^(?:--(?:resume|continue|session-id|fork-session|from-pr|name|prefill|teleport)|-[rcn])$/;

/** Names in front of a value, what is inside of inline JSON, a URL with a user, and the beginnings of well-known keys. */
const SECRET = new RegExp(
  [
    String.raw`(?:api_?key|token|secret|passw(?:or)?d|passphrase|authorization|credentials?)["']?\s*[:=]`,
    String.raw`(?:key|pass|pwd|sig|signature|auth)["']?=`,
    String.raw`--[\w-]*(?:key|token|secret|passw)`,
    String.raw`"(?:env|headers|args|url)"\s*:`,
    String.raw`://[^/?#\s"']+@`,
    String.raw`\b(?:sk-|gh[opsu]_|github_pat_|glpat-|xox[a-z]-|AIza|A[KS]IA[A-Z\d]{8}|eyJ[\w-]{8})`,
  ].join('|'),
  'i',
);

/**
 * Tells the arguments of a program that say how its session runs from those that say which one, and from the first
 * prompt. Of what it doesn't know it keeps nothing: what follows may be a value or a prompt.
 */
export function keepArguments(args: readonly string[]): KeptArguments {
  const kept: string[] = [];
  const omitted: OmittedArgument[] = [];
  const end = args.indexOf('--');
  const all = end < 0 ? args : args.slice(0, end);
  for (let index = 0; index < all.length;) {
    const arg = all[index] ?? '';
    index += 1;
    if (!/^-./.test(arg)) continue;
    const [argument = ''] = arg.split('=');
    const takes = KEPT.get(argument);
    const isJoined = argument !== arg;
    const values: string[] = isJoined ? [arg.slice(argument.length + 1)] : [];
    const most = isJoined ? 1 : maxValues(takes);
    for (; values.length < most && index < all.length && !all[index]?.startsWith('-'); index += 1) {
      values.push(all[index] ?? '');
    }
    if (NAMING.test(argument)) continue;
    const reason = whyOmitted(takes, values);
    if (reason === undefined) kept.push(...(isJoined ? [arg] : [argument, ...values]));
    else omitted.push({ argument, reason });
  }
  return { args: kept, omitted };
}

function maxValues(takes: Values | undefined): number {
  if (takes === 'none') return 0;
  return takes === 'one' || takes === 'optional' ? 1 : Infinity;
}

function whyOmitted(
  takes: Values | undefined,
  values: readonly string[],
): OmittedArgument['reason'] | undefined {
  const isComplete = values.length > 0 || takes === 'none' || takes === 'optional';
  if (takes === undefined || !isComplete) return 'unknown';
  if (values.some((value) => SECRET.test(value))) return 'secret';
  return values.every(isTypeable) ? undefined : 'not-typeable';
}
