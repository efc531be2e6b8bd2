import { afterAll, describe, expect, test } from 'vitest';
import { programs } from '../support/programs.ts';
import { needs } from '../../unit/support/required-here.ts';
import { codeOn, resumesOn, type Scenario } from './scenario.ts';
import { printTable, type Row } from './table.ts';
import { tryOut } from './trial.ts';

/** Compares what the library says with what the real program does, row by row, on both versions. */
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
        const codes = problems.map(({ code }) => code);
        rows.push({ name, version: program.version, verdict, codes, ending });

        expect(resumed, ending).toBe(resumesOn(scenario, program.name));
        expect(verdict !== 'not-resumable', JSON.stringify(problems)).toBe(resumed);
        const code = codeOn(scenario, program.name);
        if (code === undefined) expect(codes).toEqual([]);
        else expect(codes).toContain(code);
      },
    );
  });
}
