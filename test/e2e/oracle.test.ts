import { expect, test } from 'vitest';
import { sessionProblems } from '../../src/sessions/problems.ts';
import { becomeOrdinaryUser } from '../unit/support/ordinary-user.ts';
import { aboutContent } from './oracle/about-content.ts';
import { aboutDirectories } from './oracle/about-directories.ts';
import { aboutIds } from './oracle/about-ids.ts';
import { aboutLinks } from './oracle/about-links.ts';
import { aboutPermissions } from './oracle/about-permissions.ts';
import { aboutProcesses } from './oracle/about-processes.ts';
import { aboutSettings } from './oracle/about-settings.ts';
import { compareWithProgram } from './oracle/oracle.ts';
import { inVersion } from './oracle/scenario.ts';
import { pinned } from './support/programs.ts';

becomeOrdinaryUser();

const scenarios = [
  ...aboutIds,
  ...aboutLinks,
  ...aboutDirectories,
  ...aboutContent,
  ...aboutPermissions,
  ...aboutProcesses,
  ...aboutSettings,
];

compareWithProgram(scenarios);

test('there is a row for every cause, in which the program refuses', () => {
  const causes = Object.entries(sessionProblems).filter(
    // No diagnosis has that one.
    ([code, it]) => it.severity === 'error' && code !== 'rehome-blocked',
  );
  const refused = scenarios.flatMap((scenario) =>
    pinned
      .filter(({ version }) => !inVersion(scenario.resumes, version))
      .map(({ version }) => inVersion(scenario.code ?? 'none', version).split(' ')[0]),
  );
  expect(refused).toEqual(expect.arrayContaining(causes.map(([code]) => code)));
});
