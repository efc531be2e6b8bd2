import { archive, unarchive } from './archive.ts';
import { parseArguments } from './arguments.ts';
import type { Request } from './request.ts';
import type { Context, Result } from './context.ts';
import { doctor } from './doctor.ts';
import { ensure } from './ensure.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io, Screen } from './io.ts';
import { envelope, jsonText, mistakeAsData } from './json.ts';
import { outputSchema } from './json-schema.ts';
import { migrate } from './migrate.ts';
import { Page } from './page.ts';
import { reasonInWords } from './print-setting.ts';
import { prune } from './prune.ts';
import { restorePoints } from './restore-points.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { type Setting, settingFor } from './setting.ts';
import { tellError } from './tell-error.ts';
import { UsageError } from './usage-error.ts';
import { where } from './where.ts';
import { why } from './why.ts';

const NOWHERE: Screen = { isTTY: false, columns: undefined, write: () => undefined };

/**
 * The operator's command, from its arguments to its exit code.
 *
 * @param argv - The arguments, without the program.
 * @param io - All that it has of its surroundings; the disk alone is always the real one.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  const parsed = parseArguments(argv, io);
  if ('isMistake' in parsed) {
    const { isMistake, message } = parsed;
    // The text for people is out already.
    if (isMistake && argv.includes('--json')) io.stdout.write(jsonText(mistakeAsData(message)));
    return isMistake ? EXIT.usage : EXIT.done;
  }
  const { common, request } = parsed;
  if (request.command === 'schema') {
    io.stdout.write(jsonText(outputSchema));
    return EXIT.done;
  }
  const isJson = common.json === true;
  const notes = new Page(io.stderr, io, !common.color);
  const page = new Page(isJson ? NOWHERE : io.stdout, io, !common.color);
  try {
    const setting = await settingFor(common, io);
    requireHomes(setting, request);
    const result = await perform({ io, setting, page, notes, isJson }, request);
    if (isJson) io.stdout.write(jsonText(envelope(request.command, setting, result)));
    return result.exitCode;
  } catch (error) {
    const { exitCode, data } = tellError(error, notes, request.command);
    if (isJson) io.stdout.write(jsonText(data));
    return exitCode;
  }
}

function requireHomes({ homes, searched, skipped }: Setting, request: Request): void {
  if (homes.length > 0 || !needsHomes(request)) return;
  const passed = skipped.map((one) => `\n  ${one.path}: ${reasonInWords(one)}`).join('');
  throw new UsageError(
    `no account home was found in ${searched}; name one with --home` +
      (passed === '' ? '' : `\npassed over:${passed}`),
  );
}

function needsHomes(request: Request): boolean {
  switch (request.command) {
    case 'prune':
      return request.choices.all === true;
    case 'archive':
    case 'unarchive':
      return false;
    default:
      return true;
  }
}

async function perform(context: Context, request: Request): Promise<Result> {
  switch (request.command) {
    case 'doctor':
      return await doctor(context);
    case 'ensure':
      return await ensure(context, { isDryRun: request.choices.dryRun === true });
    case 'migrate':
      return await migrate(context, request.choices);
    case 'restore':
      return await restore(context, request.choices);
    case 'restore-points':
      return await restorePoints(context);
    case 'prune':
      return await prune(context, request.paths, request.choices);
    case 'archive':
      return await archive(context, request.choices);
    case 'unarchive':
      return await unarchive(context, request.sessionId, request.choices);
    case 'why':
      return await why(context, request.sessionId, request.choices);
    case 'where':
      return await where(context, request.sessionId);
    case 'resume':
      return await resume(context, request.sessionId, request.choices);
    default:
      return request satisfies never;
  }
}
