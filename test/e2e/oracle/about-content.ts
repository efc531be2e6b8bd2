import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { changing, refuses, type Scenario } from './scenario.ts';
import { conversation, line, sessionId, type Stage, uuidOf, write } from './stage.ts';

const metadata = [
  { type: 'summary', summary: 'x', leafUuid: uuidOf(9) },
  { type: 'queue-operation', operation: 'enqueue', timestamp: '2026-11-01T10:00:00.000Z' },
]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('');

const sideChains = { isSidechain: true };

/** A line that is no message. */
function note(type: string, more: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ type, sessionId, ...more })}\n`;
}

/** A scenario in which the transcript has another content. */
function content(
  name: string,
  expected: Pick<Scenario, 'code' | 'resumes'>,
  text: (stage: Stage) => string,
): Scenario {
  return {
    name: `the transcript ${name}`,
    ...expected,
    set: (stage) => void write(stage.transcript, text(stage)),
  };
}

export const aboutContent: readonly Scenario[] = [
  content('is empty', { code: 'transcript-unusable empty', resumes: refuses }, () => ''),
  content(
    'has only lines about the queue and the title',
    { code: 'transcript-unusable metadata-only', resumes: refuses },
    () => metadata,
  ),
  content(
    'has messages of sub-agents only',
    { code: 'transcript-unusable sidechain-only', resumes: refuses },
    ({ cwd }) => line(1, 'user', 'x', cwd, sideChains) + line(2, 'assistant', 'y', cwd, sideChains),
  ),
  content(
    'has messages of sub-agents and lines of the system only',
    { code: 'transcript-unusable sidechain-only', resumes: refuses },
    ({ cwd }) =>
      conversation(cwd).replaceAll('"isSidechain":false', '"isSidechain":true') +
      line(3, 'user', '', cwd, { type: 'system', subtype: 'informational', content: 'x' }),
  ),
  content(
    'has messages of sub-agents between the others',
    { resumes: true },
    ({ cwd }) => conversation(cwd) + line(3, 'user', 'x', cwd, { ...sideChains, parentUuid: null }),
  ),
  content(
    'has a message without content that nothing follows',
    { resumes: true },
    ({ cwd }) => line(9, 'user', '', cwd, { message: { role: 'user' } }) + conversation(cwd),
  ),
  content(
    'was rewound to before the first message',
    {
      code: changing('none', ['2.1.191', 'transcript-unusable rewound']),
      resumes: changing(true, ['2.1.191', false]),
    },
    ({ cwd }) => conversation(cwd) + note('last-prompt', { leafUuid: null, explicit: true }),
  ),
  content(
    'was rewound to before the first message, and goes on',
    { resumes: true },
    ({ cwd }) =>
      conversation(cwd) +
      note('last-prompt', { leafUuid: null, explicit: true }) +
      line(3, 'user', 'On', cwd),
  ),
  // Not with one organization: here is an API key, which belongs to none, and the program refuses.
  content(
    'names two organizations',
    {
      code: changing('none', ['2.1.311', 'transcript-unusable several-organizations']),
      resumes: changing(true, ['2.1.311', false]),
    },
    ({ cwd }) =>
      note('hybrid-organization', { organizationUuid: uuidOf(1) }) +
      conversation(cwd) +
      note('hybrid-organization', { organizationUuid: uuidOf(2) }),
  ),
  content(
    'belongs to an account that an organization restricts',
    {
      code: changing('none', ['2.1.311', 'owned-by-another-account']),
      resumes: changing(true, ['2.1.331', false]),
    },
    ({ cwd }) =>
      conversation(cwd) +
      note('session-owner', {
        accountUuid: uuidOf(1),
        organizationUuid: uuidOf(2),
        restricted: ['ldr'],
      }),
  ),
  content(
    'was ended by the model',
    {
      code: changing('none', ['2.1.222', 'transcript-unusable ended-by-model']),
      resumes: changing(true, ['2.1.222', false]),
    },
    ({ cwd }) => conversation(cwd) + note('ended-by-model', {}),
  ),
  content(
    'is garbage',
    { code: 'transcript-unusable invalid', resumes: refuses },
    () => 'not JSON\n\0\0\n',
  ),
  content(
    'has garbage and NUL bytes between good lines',
    { code: 'transcript-damaged lines-lost', resumes: true },
    ({ cwd }) => `not JSON\n${conversation(cwd)}\0\0\0\n`,
  ),
  content(
    'has a timestamp that does not parse in every line',
    {
      code: changing('transcript-unusable missing-timestamp', ['2.1.330', 'none']),
      resumes: changing(false, ['2.1.330', true]),
    },
    ({ cwd }) => conversation(cwd).replaceAll(/2026-11-01T[^"]*/g, 'yesterday'),
  ),
  content(
    'has no time in the last message alone',
    {
      code: changing('transcript-unusable missing-timestamp', ['2.1.330', 'none']),
      resumes: changing(false, ['2.1.330', true]),
    },
    ({ cwd }) => conversation(cwd).replace('2026-11-01T10:00:02.000Z', 'yesterday'),
  ),
  content(
    'has times in milliseconds',
    {
      code: changing('transcript-unusable missing-timestamp', ['2.1.330', 'none']),
      resumes: changing(false, ['2.1.330', true]),
    },
    ({ cwd }) => conversation(cwd).replaceAll(/"2026-11-01T[^"]*"/g, '1793527200000'),
  ),
  content(
    'has a line that is null',
    {
      code: changing('transcript-unusable null-line', ['2.1.228', 'none']),
      resumes: changing(false, ['2.1.228', true]),
    },
    ({ cwd }) => `${conversation(cwd)}null\n`,
  ),
  content(
    'has no line with a uuid',
    { code: 'transcript-unusable missing-uuid', resumes: refuses },
    ({ cwd }) => conversation(cwd).replaceAll(/"uuid":"[^"]*",/g, ''),
  ),
  content(
    'begins with a byte order mark and has CRLF ends',
    { resumes: true },
    ({ cwd }) => `\ufeff${conversation(cwd).replaceAll('\n', '\r\n')}`,
  ),
  content(
    'ends in a torn line',
    {
      code: changing('transcript-damaged last-line-truncated', ['2.1.223', 'none']),
      resumes: true,
    },
    ({ cwd }) => conversation(cwd) + line(3, 'user', 'torn', cwd).slice(0, 80),
  ),
  content(
    'is larger than 5 MiB, with records that are spread over lines',
    { code: 'transcript-unusable metadata-only', resumes: refuses },
    ({ cwd }) =>
      note('mode', { mode: 'x'.repeat(5 * 2 ** 20) }) + conversation(cwd).replaceAll(',"', ',\n"'),
  ),
  content('has no final newline', { resumes: true }, ({ cwd }) => conversation(cwd).trimEnd()),
  content('lacks its beginning', { resumes: true }, ({ cwd }) =>
    conversation(cwd).replace('"parentUuid":null', `"parentUuid":"${uuidOf(99)}"`),
  ),
  content(
    'has been continued by two processes',
    { code: 'transcript-damaged forked', resumes: true },
    ({ cwd }) =>
      // The branch that the program follows is the later one.
      line(3, 'user', 'One', cwd, { parentUuid: null }) +
      line(4, 'assistant', 'Two', cwd) +
      conversation(cwd),
  ),
  {
    name: 'a directory has the name of the transcript',
    code: 'transcript-unusable not-a-file',
    resumes: refuses,
    set: ({ transcript }) => {
      rmSync(transcript);
      mkdirSync(transcript);
    },
  },
  {
    name: 'a FIFO has the name of the transcript',
    code: 'transcript-unusable not-a-file',
    resumes: refuses,
    set: ({ transcript }) => {
      rmSync(transcript);
      execFileSync('mkfifo', [transcript]);
      return { hangs: true };
    },
  },
];
