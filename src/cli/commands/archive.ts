import { archive, unarchive } from '../../migrate/index.ts';
import { printEnding, watched } from '../act.ts';
import { type CliContext, defineCommand, flagsOf, textOption } from '../command.ts';
import { archivedSessions, last, sessionFor } from '../ids.ts';
import { absolutePath, stepFor } from '../scope.ts';
import { count } from '../ui/amounts.ts';
import { printShared } from '../ui/scope.ts';

const archiveOption = textOption(
  '--archive <directory>',
  'the archive (default: .claude-shared-state/archive under the shared root)',
);

export const archiveCommand = defineCommand({
  name: 'archive',
  summary: 'keep shared transcripts beyond their retention period',
  description:
    'Adds the shared transcripts to an archive that Claude Code never cleans up. They are linked, not copied, so this is cheap enough to run daily.',
  options: { archive: archiveOption },
  needsHomes: () => false,
  async run(context, values) {
    const { scope, out } = context;
    const { options, flags } = optionsFor(context, values.archive);
    printShared(out, scope);
    const report = await watched(context, (watch) =>
      archive({ ...options, accountHomes: scope.homes, ...watch }),
    );
    const { archive: place, added, unchanged } = report;
    out.line();
    out.line(`  ${out.path(place)}`);
    out.words(`${count(added, 'transcript')} added or updated, ${unchanged} unchanged`, 4);
    const kept = added + unchanged;
    const better =
      kept === 0
        ? 'nothing to archive: the shared directory has no transcripts'
        : `${count(kept, 'transcript')} ${kept === 1 ? 'is' : 'are'} safe from clean-up`;
    const { exitCode, body } = printEnding(context, report, ['archive', ...flags], better);
    return { exitCode, body: { archive: place, added, unchanged, ...body } };
  },
});

export const unarchiveCommand = defineCommand({
  name: 'unarchive',
  summary: 'bring a session back from the archive',
  description:
    'Brings the transcript of one session back to its project, with a fresh time. It refuses if a different transcript of the session is there.',
  arguments: '[session-id]',
  options: { archive: archiveOption, last },
  needsHomes: () => false,
  async run(context, values, words) {
    const { scope, out } = context;
    const { options, flags } = optionsFor(context, values.archive);
    const sessionId = await sessionFor(context, words, values.last, (details) =>
      archivedSessions(context, details, values.archive),
    );
    printShared(out, scope);
    const report = await watched(context, (watch) =>
      unarchive(sessionId, { ...options, ...watch }),
    );
    const { path } = report;
    if (path !== undefined) {
      out.line();
      out.line(`  ${out.path(path)}`);
    }
    const resume = stepFor(scope, ['resume', sessionId], 'print the command that resumes it');
    const again = ['unarchive', sessionId, ...flags];
    const better = 'the session is among the shared ones';
    const { exitCode, body } = printEnding(context, report, again, better, [resume]);
    return { exitCode, body: { sessionId, path, ...body } };
  },
});

function optionsFor({ io, scope: { required, config } }: CliContext, given: string | undefined) {
  const place = given ?? config.values.archive;
  const archive = place === undefined ? undefined : absolutePath(place, io);
  const flags = flagsOf({ archive: given === undefined ? undefined : archive });
  return { options: { required, archive }, flags };
}
