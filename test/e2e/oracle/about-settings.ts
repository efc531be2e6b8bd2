import { changing, refuses, type Scenario } from './scenario.ts';
import { type Stage, write } from './stage.ts';

/** A scenario in which a file of the home, or of the working directory, has this content. */
function holding(
  name: string,
  expected: Pick<Scenario, 'code' | 'resumes'>,
  pathOf: (stage: Stage) => string,
  content: (stage: Stage) => string,
): Scenario {
  return { name, ...expected, set: (stage) => void write(pathOf(stage), content(stage)) };
}

const config = ({ accountB }: Stage) => `${accountB}/.claude.json`;
const settings = ({ accountB }: Stage) => `${accountB}/settings.json`;
const projectSettings = ({ cwd }: Stage) => `${cwd}/.claude/settings.json`;
const skipping = (value: string) =>
  JSON.stringify({ env: { CLAUDE_CODE_SKIP_PROMPT_HISTORY: value } });

/** `CLAUDE_CODE_SKIP_PROMPT_HISTORY` counts. */
const skipsHistory: Pick<Scenario, 'code' | 'resumes'> = {
  code: changing('none', ['2.1.176', 'config-unusable']),
  resumes: changing(true, ['2.1.176', false]),
};

export const aboutSettings: readonly Scenario[] = [
  holding(
    'the configuration of the home is torn',
    { code: 'config-unusable', resumes: refuses },
    config,
    () => '{"projects":{"/wo',
  ),
  holding(
    'the configuration of the home is empty',
    {
      code: changing('config-unusable', ['2.1.311', 'none']),
      resumes: changing(false, ['2.1.311', true]),
    },
    config,
    () => '',
  ),
  holding(
    'the configuration of the home is white space',
    {
      code: changing('config-unusable', ['2.1.311', 'none']),
      resumes: changing(false, ['2.1.311', true]),
    },
    config,
    () => '\ufeff \n',
  ),
  holding(
    'the configuration of the home is torn, and larger than 16 MiB',
    { code: 'config-unusable', resumes: refuses },
    config,
    () => `{"x":"${'x'.repeat(17 * 2 ** 20)}`,
  ),
  holding('the configuration of the home is null', { resumes: true }, config, () => 'null'),
  holding('the settings of the home switch transcripts off', skipsHistory, settings, () =>
    skipping('1'),
  ),
  holding(
    'the settings of the working directory switch transcripts off',
    skipsHistory,
    projectSettings,
    () => skipping('true'),
  ),
  holding(
    'the settings of the home do not switch transcripts off',
    { resumes: true },
    settings,
    () => skipping('false'),
  ),
  holding(
    'the settings of the home lead to another home',
    { code: 'config-unusable', resumes: refuses },
    settings,
    ({ path }) => JSON.stringify({ env: { CLAUDE_CONFIG_DIR: path('account-c') } }),
  ),
];
