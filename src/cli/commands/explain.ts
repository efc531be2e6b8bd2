import { meaningOf, problemCodes } from '../causes.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { didYouMean, nearest } from '../nearest.ts';

export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'say what a problem code means',
  description: 'Says what a problem code means, such as divergent-link, and what to do about it.',
  arguments: '<code>',
  needsHomes: () => false,
  run({ out }, _, [code = '']) {
    const meaning = meaningOf(code);
    if (meaning === undefined) {
      throw new UsageError(
        `there is no problem code ${code}${didYouMean(nearest(code, problemCodes))}`,
      );
    }
    out.line(
      `${out.paint.bold(meaning.code)}  ${out.paint.dim(`${meaning.severity}, remedy: ${meaning.remedy}`)}`,
    );
    out.line();
    out.words(meaning.meaning, 0);
    out.words(meaning.advice, 0);
    return Promise.resolve({ exitCode: EXIT.done, body: meaning });
  },
});
