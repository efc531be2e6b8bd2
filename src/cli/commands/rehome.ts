import { isValidResumeUUID, planRehome, rehome, type RehomeReport } from '../../sessions/index.ts';
import { act, actOptions } from '../act.ts';
import { isError } from '../causes.ts';
import { defineCommand, flagsOf, listOption } from '../command.ts';
import { UsageError } from '../exit.ts';
import { isDirectoryAt } from '../files.ts';
import { absolutePath, stepFor } from '../scope.ts';
import { count } from '../ui/amounts.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { shellWord } from '../ui/steps.ts';

// A longer command is not read.
const MAX_NAMED = 5;

export const rehomeCommand = defineCommand({
  name: 'rehome',
  summary: 'move the sessions of a renamed project along',
  description:
    'After you move or rename a project directory from <old> to <new>, Claude Code finds its sessions neither with --continue nor in its picker. This shows what will happen, asks, and files them under the new directory. No byte changes; to go back, swap the two directories.',
  arguments: '<old> <new>',
  options: {
    ...actOptions,
    session: listOption('--session <id>', 'only this session; can be repeated (default: all)'),
  },
  async run(context, values, words) {
    const { io, scope, out, stderr } = context;
    const [from = '', to = ''] = words.map((path) => absolutePath(path, io));
    const sessions = values.session?.map((id) => {
      if (!isValidResumeUUID(id)) throw new UsageError(`${JSON.stringify(id)} is not a session id`);
      return id;
    });
    const { homes: accountHomes, otherHomes, required } = scope;
    const options = { accountHomes, otherHomes, required, sessions };
    const planning = planRehome(from, to, options);
    const found = await whileWaiting(stderr, 'looking for the sessions', planning);
    const number = found.moves.reduce((sum, move) => sum + move.sessions.length, 0);

    printScope(out, scope);
    out.title('Plan');
    for (const move of found.moves) {
      out.line(`  ${out.path(move.from)}`);
      out.line(`    ${out.symbols.arrow} ${out.path(move.to)}`);
      out.words(out.paint.dim(count(move.sessions.length, 'session')), 4);
    }
    if (found.moves.length === 0) out.words('Nothing to move.');
    if (found.kept.length > 0)
      out.title('Not moved: the new project already has files with these names');
    out.list(
      found.kept.map(({ path }) => path),
      5,
    );
    printProblems(out, found.problems);
    const { reports, exitCode, ...ending } = await act<undefined, RehomeReport>(context, {
      values,
      words: ['rehome', from, to, ...flagsOf({ session: sessions })],
      problems: found.problems,
      blocked: found.ok ? undefined : () => [],
      nothing: found.moves.length === 0 ? `${out.path(from)} has no sessions` : undefined,
      notice: 'Only names change: transcripts keep every byte and their times.',
      question: `Bring ${count(number, 'session')} along?`,
      targets: [undefined],
      run: () => rehome(from, to, options),
      print: ({ problems }) => printProblems(out, problems.filter(isError)),
      after: async (done) => {
        const moved = done.flatMap(({ moves }) => moves.flatMap((move) => move.sessions));
        const isShort = moved.length <= MAX_NAMED;
        const back = ['rehome', to, from, ...flagsOf({ session: isShort ? moved : [] })];
        const isGone = !(await isDirectoryAt(from));
        const purpose = `the way back${isShort ? '' : ', for all sessions of the new directory'}`;
        const step = stepFor(scope, back, purpose);
        const move = `mv ${shellWord(to)} ${shellWord(from)}`;
        return {
          better: `${count(moved.length, 'session')} can be continued in ${out.path(to)}`,
          next: [isGone ? { ...step, command: `${move} && ${step.command}` } : step],
        };
      },
    });
    return { exitCode, body: { plan: found, ...ending, report: reports.at(-1) } };
  },
});
