import { afterAll, describe, expect, test } from 'vitest';
import { programs } from '../support/programs.ts';
import { needs } from '../../unit/support/required-here.ts';
import { causeOf, inVersion, type Scenario } from './scenario.ts';
import { printTable, type Row } from './table.ts';
import { tryOut } from './trial.ts';

/** Compares what the library says with what the real program does, row by row, on every version. */
export function compareWithProgram(
  scenarios: readonly Scenario[],
  whyNot: () => string | undefined = () => undefined,
): void {
  const rows: Row[] = [];
  afterAll(() => printTable(rows));

  describe.each(programs)('diagnoseResume agrees with Claude Code $version where', (program) => {
    test.for(scenarios.map((it) => [it.name, it] as const))(
      '%s',
      async ([name, scenario], context) => {
        needs(context, whyNot());
        const { diagnosis, resumed, ending } = await tryOut(scenario, program);
        const { verdict, problems } = diagnosis;
        const codes = problems.map(causeOf).filter((code) => code !== 'version-unchecked');
        const { version } = program;
        rows.push({ name, version, verdict, codes, ending });

        // The ending, so that a disagreement shows what the program said.
        expect({ resumed, ending }).toEqual({
          resumed: inVersion(scenario.resumes, version),
          ending,
        });
        expect({ claim: verdict !== 'not-resumable', codes }).toEqual({ claim: resumed, codes });
        // All is well, or the cause is among what is told.
        expect(codes.length > 0 ? codes : ['none']).toContain(
          inVersion(scenario.code ?? 'none', version),
        );
      },
    );
  });
}
