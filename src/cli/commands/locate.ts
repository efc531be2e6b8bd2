import { locateTranscripts, type Transcript } from '../../sessions/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { last, sessionFor } from '../ids.ts';
import { stepFor } from '../scope.ts';
import { bytes, count, moment } from '../ui/amounts.ts';
import type { Output } from '../ui/output.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { printSteps } from '../ui/steps.ts';

export const locateCommand = defineCommand({
  name: 'locate',
  aliases: ['where'],
  summary: 'say where the transcripts of a session are',
  description:
    'Lists every file that is a transcript of the session, in all homes and in the shared directories. The beginning of the id is enough.',
  arguments: '[session-id]',
  options: { last },
  async run(context, values, words) {
    const { io, scope, out, stderr } = context;
    const sessionId = await sessionFor(context, words, values.last);
    const { homes, required } = scope;
    const { transcripts, artifacts, unreadable } = await whileWaiting(
      stderr,
      'searching all projects',
      locateTranscripts(sessionId, { accountHomes: homes, required, cwd: io.cwd }),
    );
    const { paint } = out;
    const isFound = transcripts.length > 0;
    const next = isFound ? [stepFor(scope, ['diagnose', sessionId], 'can it be resumed?')] : [];

    printScope(out, scope);
    out.line();
    if (isFound) out.line(paint.bold(count(transcripts.length, 'transcript')));
    else out.verdict('bad', `no transcript of ${sessionId}`);
    for (const one of transcripts) printTranscript(out, one);
    if (artifacts.length > 0) out.title('What is left of it');
    for (const one of artifacts) out.remarked(`  ${out.path(one.path)}`, paint.dim(one.kind), 4);
    if (unreadable.length > 0) out.title("Can't be read, so it may be there");
    for (const one of unreadable)
      out.remarked(`  ${out.path(one.path)}`, paint.yellow(one.errno), 4);
    if (transcripts.length > 1) {
      out.line();
      out.verdict('warn', 'several files: each may have turns that the others lack');
    }
    printSteps(out, next);
    return {
      exitCode: isFound ? EXIT.done : EXIT.problems,
      body: { sessionId, transcripts, artifacts, unreadable, next },
    };
  },
});

function printTranscript(out: Output, { kind, size, modifiedAt, paths }: Transcript): void {
  const what =
    kind === 'file'
      ? bytes(size)
      : `not a file but a ${kind === 'other' ? 'FIFO, socket or device' : kind}`;
  out.line();
  out.words(out.paint.dim(`${what}, last written ${moment(modifiedAt)}`), 2, 4);
  for (const { path, accountHome, isLink, isInLinkedDirectory } of paths) {
    const remarks = [
      accountHome === undefined ? ['shared'] : [],
      isLink ? ['a link'] : [],
      isInLinkedDirectory ? ['in a linked directory'] : [],
    ].flat();
    out.remarked(`  ${out.symbols.bullet} ${out.path(path)}`, out.paint.dim(remarks.join(', ')), 6);
  }
}
