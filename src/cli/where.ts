import { locateTranscripts, type Transcript } from '../sessions/index.ts';
import { bytes, count, moment } from './amounts.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps, type Step } from './next-steps.ts';
import type { Page } from './page.ts';
import { printSetting } from './print-setting.ts';
import { sessionIdFrom } from './session-argument.ts';
import { commandLine } from './setting.ts';
import { whileLooking } from './waiting.ts';

/** Lists every transcript of a session, with all its paths. */
export async function where(
  { io, setting, page, notes }: Context,
  sessionText: string,
): Promise<Result> {
  const sessionId = sessionIdFrom(sessionText);
  const { homes, required } = setting;
  const { transcripts, artifacts, unreadable } = await whileLooking(
    notes,
    'looking into all projects',
    locateTranscripts(sessionId, { accountHomes: homes, required, cwd: io.cwd }),
  );
  const { paint, symbols } = page;
  const isFound = transcripts.length > 0;
  const next: readonly Step[] = isFound
    ? [{ command: commandLine(io.env, setting, ['why', sessionId]), purpose: 'can it be resumed?' }]
    : [];

  printSetting(page, setting);
  page.line();
  if (isFound) page.line(paint.bold(count(transcripts.length, 'transcript')));
  else page.words(paint.red(`${symbols.bad} no transcript of this session`), 0, 2);
  for (const one of transcripts) printTranscript(page, one);
  if (artifacts.length > 0) page.title('What is left of it');
  for (const { path, kind } of artifacts) page.line(`  ${page.path(path)}  ${paint.dim(kind)}`);
  if (unreadable.length > 0) page.title('Could not be looked at, so it may be there');
  for (const { path, errno } of unreadable) {
    page.line(`  ${page.path(path)}  ${paint.yellow(errno)}`);
  }
  if (transcripts.length > 1) {
    page.line();
    page.words(
      paint.yellow(`${symbols.warn} several files: each may hold turns that the others lack`),
      0,
      2,
    );
  }
  printSteps(page, next);
  return {
    exitCode: isFound ? EXIT.done : EXIT.problems,
    body: { sessionId, transcripts, artifacts, unreadable, next },
  };
}

function printTranscript(page: Page, { kind, size, modifiedAt, paths }: Transcript): void {
  const what = kind === 'file' ? bytes(size) : `no file but a ${kind}`;
  page.line();
  page.words(page.paint.dim(`${what}, last written ${moment(modifiedAt)}`), 2, 4);
  for (const { path, accountHome, isLink, isInLinkedDirectory } of paths) {
    const remarks = [
      accountHome === undefined ? 'the shared place' : '',
      isLink ? 'a link' : '',
      isInLinkedDirectory ? 'in a linked directory' : '',
    ].filter((remark) => remark !== '');
    const remark = remarks.length === 0 ? '' : `  ${page.paint.dim(remarks.join(', '))}`;
    page.line(`  ${page.symbols.bullet} ${page.path(path)}${remark}`);
  }
}
