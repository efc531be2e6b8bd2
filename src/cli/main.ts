import { isSharedStateError } from '../index.ts';
import { messageFor, withOwnMessage } from './causes.ts';
import type { CliContext } from './command.ts';
import { commands } from './commands/index.ts';
import { EXIT, type ExitCode, Interrupted, reasonOf, UsageError } from './exit.ts';
import type { Io, Screen } from './io.ts';
import { envelope, errorAsData, jsonText } from './json.ts';
import { type Invocation, parse } from './program.ts';
import { homesToLink, type Scope, scopeFor } from './scope.ts';
import { Output } from './ui/output.ts';
import { printMessages } from './ui/problems.ts';
import { reasonInWords } from './ui/scope.ts';

const NOWHERE: Screen = { isTTY: false, columns: undefined, write: () => undefined };

/**
 * The command, from its arguments to its exit code.
 *
 * @param argv - The arguments, without the program.
 * @param io - Its surroundings, all but the disk, which is always the real one.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  const invocation = parse(commands, argv, io);
  if ('isMistake' in invocation) {
    const { isMistake, message } = invocation;
    // People have read the message already.
    if (isMistake && argv.includes('--json')) {
      io.stdout.write(jsonText(errorAsData(null, EXIT.usage, 'usage', message)));
    }
    return isMistake ? EXIT.usage : EXIT.done;
  }
  const { command, common } = invocation;
  const isJson = common.json === true;
  // Commander turns --no-color into `color: false`.
  const isPlain = common.color !== true;
  const stderr = new Output(io.stderr, io, isPlain);
  const out = new Output(isJson ? NOWHERE : io.stdout, io, isPlain);
  try {
    return await perform(invocation, { io, out, stderr, isJson, commands });
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    const { exitCode, messages } = failureOf(error);
    printMessages(stderr, messages);
    const kind = exitCode === EXIT.usage ? 'usage' : 'failure';
    if (isJson) io.stdout.write(jsonText(errorAsData(command.name, exitCode, kind, messages[0])));
    return exitCode;
  }
}

async function perform(
  { command, parsed, common }: Invocation,
  context: Omit<CliContext, 'scope'>,
): Promise<ExitCode> {
  const scope = await scopeFor(common, context.io);
  if (command.needsHomes(parsed.opts())) requireHomes(scope);
  const result = await command.run({ ...context, scope }, parsed.opts(), parsed.args);
  if (context.isJson && result.body !== undefined) {
    const data = { ...envelope(command.name, scope, result.exitCode), ...result.body };
    // The problems of swaps have one wording for everybody.
    const replacer = command.name === 'failover' ? undefined : withOwnMessage;
    context.io.stdout.write(jsonText(data, replacer));
  }
  return result.exitCode;
}

function requireHomes(scope: Scope): void {
  const { path, exists, isNamed } = scope.config;
  if (isNamed && !exists)
    throw new UsageError(`there is no ${path}, which CLAUDE_SHARED_STATE_CONFIG names`);
  if (homesToLink(scope).length > 0) return;
  const { searched, skipped } = scope;
  const lines = skipped.map((directory) => `\n  ${directory.path}: ${reasonInWords(directory)}`);
  throw new UsageError(
    `there is no account home in ${searched}; name one with --home` +
      (lines.length === 0 ? '' : `\nskipped:${lines.join('')}`),
  );
}

/** What ended a command before it had a result. */
export function failureOf(error: unknown): {
  readonly exitCode: ExitCode;
  readonly messages: readonly [string, ...string[]];
} {
  if (error instanceof UsageError) return { exitCode: EXIT.usage, messages: [error.message] };
  // Bad arguments; what the calls find is in their results.
  if (isSharedStateError(error)) {
    const [first, ...others] = error.problems;
    return { exitCode: EXIT.usage, messages: [messageFor(first), ...others.map(messageFor)] };
  }
  return { exitCode: EXIT.failed, messages: [`failed: ${reasonOf(error)}`] };
}
