import { chmodSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bySearch, changing, refuses, type Scenario } from './scenario.ts';
import { type Stage, underKey } from './stage.ts';

/** A scenario in which something has another mode for as long as it lasts. */
function mode(
  name: string,
  expected: Pick<Scenario, 'code' | 'resumes'>,
  bits: number,
  pathOf: (stage: Stage) => string,
  set: (stage: Stage) => void = () => {},
): Scenario {
  return {
    name,
    ...expected,
    set: (stage) => {
      set(stage);
      const path = pathOf(stage);
      chmodSync(path, bits);
      return { undo: () => chmodSync(path, 0o700) };
    },
  };
}

function moveElsewhere({ transcript, projects }: Stage): void {
  const moved = underKey(projects, '-elsewhere');
  mkdirSync(dirname(moved));
  renameSync(transcript, moved);
}

const projectDirectory = ({ transcript }: Stage) => dirname(transcript);
const transcriptItself = ({ transcript }: Stage) => transcript;
const sharedProjects = ({ projects }: Stage) => projects;

export const aboutPermissions: readonly Scenario[] = [
  mode(
    'the transcript may not be read',
    { code: 'transcript-inaccessible read', resumes: refuses },
    0o000,
    transcriptItself,
  ),
  mode(
    'the transcript may be read and not written',
    { code: 'transcript-inaccessible write', resumes: refuses },
    0o400,
    transcriptItself,
  ),
  mode(
    'the project directory may not be entered',
    { code: 'transcript-inaccessible read', resumes: refuses },
    0o400,
    projectDirectory,
  ),
  mode(
    'the project directory may be entered and not listed',
    { resumes: true },
    0o100,
    projectDirectory,
  ),
  mode('the project directory may not be written', { resumes: true }, 0o500, projectDirectory),
  mode(
    'projects may be entered and not listed, and the own project is meant',
    { resumes: true },
    0o300,
    sharedProjects,
  ),
  mode(
    'projects may be entered and not listed, and another project is meant',
    { code: 'transcript-inaccessible read', resumes: refuses },
    0o300,
    sharedProjects,
    moveElsewhere,
  ),
  mode(
    'projects may be listed and not written, and another project is meant',
    {
      code: changing('wrong-working-directory other-project', ['2.1.223', 'none']),
      resumes: bySearch,
    },
    0o500,
    sharedProjects,
    moveElsewhere,
  ),
  mode(
    'the home may not be entered',
    { code: 'transcript-inaccessible read', resumes: refuses },
    0o600,
    ({ accountB }) => accountB,
  ),
  mode('the home may not be written', { resumes: true }, 0o500, ({ accountB }) => accountB),
  mode(
    'the records of processes may not be read',
    { code: 'live-sessions-unreadable', resumes: true },
    0o000,
    ({ accountB }) => {
      mkdirSync(join(accountB, 'sessions'));
      return join(accountB, 'sessions');
    },
  ),
];
