import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentSdk, built, median, numbersFrom } from './compare.ts';
import { noteComparison, noteMeasure } from './report.ts';
import { uuidOf } from './transcripts.ts';

const [PROJECTS, TRANSCRIPTS, BYTES] = [200, 20_000, 1e9];
/** What only every hundredth transcript has, late in the file. */
const RARE_WORD = 'hippopotamus';
const EVERY = 100;
const ROUNDS = 3;

/** Lists and searches many sessions, in turns with the Agent SDK and with ripgrep, each in a process of its own. */
export function list(root: string): void {
  const home = join(root, 'list');
  const projects = join(home, 'projects');
  for (let number = 0; number < TRANSCRIPTS; number += 1) {
    const project = join(projects, `-home-me-work-${number % PROJECTS}`);
    if (number < PROJECTS) mkdirSync(project, { recursive: true });
    // From a fifth of the average to nearly twice as much.
    const size = (BYTES / TRANSCRIPTS) * (0.2 + (1.6 * (number % 17)) / 16);
    writeFileSync(join(project, `${uuidOf(number)}.jsonl`), transcript(number, size));
  }
  const timed = (name: string, expected: number, program: string) => ({
    name,
    ...measured(home, expected, program),
  });
  const listed = (options: string, expected: number) =>
    timed(
      'listSessions',
      expected,
      `const { listSessions } = await import('${built('sessions.js')}');
       const started = performance.now();
       const required = [{ name: 'projects', target: ${JSON.stringify(projects)} }];
       let count = 0;
       for await (const { title } of listSessions([${JSON.stringify(home)}], { required, ${options} })) {
         if (title !== undefined && (count += 1) === ${expected}) break;
       }`,
    );
  const ripgrep = () => {
    const started = performance.now();
    execFileSync('rg', ['-l', '--sort', 'none', RARE_WORD, projects]);
    return { name: 'rg -l --sort none', milliseconds: performance.now() - started };
  };
  // The first one brings everything into the memory.
  ripgrep();
  const rounds = Array.from({ length: ROUNDS }, () => ({
    firstPage: listed('', 50),
    all: listed('', TRANSCRIPTS),
    sdk: timed(
      'Agent SDK listSessions',
      TRANSCRIPTS,
      `const { listSessions } = await import('${agentSdk()}');
       const started = performance.now();
       const { length: count } = await listSessions();`,
    ),
    search: listed(`text: '${RARE_WORD}'`, TRANSCRIPTS / EVERY),
    ripgrep: ripgrep(),
  }));
  const typical = (name: 'firstPage' | 'all' | 'sdk' | 'search' | 'ripgrep') => ({
    name: rounds[0]?.[name].name ?? '',
    milliseconds: median(rounds.map((round) => round[name].milliseconds)),
  });
  noteComparison('list 20,000 sessions of 1 GB', typical('all'), typical('sdk'), 0.1);
  noteComparison('search 20,000 sessions of 1 GB', typical('search'), typical('ripgrep'), 4);
  const { milliseconds } = typical('firstPage');
  noteMeasure('list the newest 50 of 20,000 sessions', milliseconds, 'ms', 300);
  const memory = median(rounds.map((round) => round.all.megabytes));
  noteMeasure('list all 20,000, all memory', memory, 'MB', 150);
}

/** A few long lines among many short ones, with their members in the order of 2.1.332. */
function transcript(number: number, size: number): string {
  const id = uuidOf(number);
  const line = (turn: number, message: object, more: object = {}) =>
    `${JSON.stringify({
      parentUuid: turn === 0 ? null : uuidOf(turn - 1),
      isSidechain: false,
      ...more,
      message,
      type: turn === 0 ? 'user' : 'assistant',
      uuid: uuidOf(turn),
      timestamp: new Date(1_790_000_000_000 + turn * 1000).toISOString(),
      userType: 'external',
      cwd: `/home/me/work/${number}`,
      sessionId: id,
      version: '2.1.332',
    })}\n`;
  const asked = { role: 'user', content: `Please look at issue ${number}.\nThen fix it.` };
  let text = `${JSON.stringify({ type: 'mode', mode: 'normal', sessionId: id })}\n`;
  text += line(0, asked, { promptId: uuidOf(1), type: 'user' });
  for (let turn = 1; text.length < size; turn += 1) {
    text += line(turn, answer(WORDS.slice(0, turn % 10 === 0 ? 20_000 : 200 + (turn % 7) * 300)));
  }
  if (number % EVERY === 0) text += line(1, answer(`A ${RARE_WORD}.`));
  const title = { type: 'custom-title', customTitle: `Issue ${number}`, sessionId: id };
  if (number % 3 === 0) text += `${JSON.stringify(title)}\n`;
  const last = { type: 'last-prompt', lastPrompt: 'Then fix it.', sessionId: id };
  return `${text}${JSON.stringify(last)}\n`;
}

const answer = (text: string) => ({ role: 'assistant', content: [{ type: 'text', text }] });

const WORDS = 'Some "quoted" words of a reply, and a line.\n'.repeat(500);

/** Runs a program that counts sessions from `started` on, in a process of its own. */
function measured(home: string, expected: number, program: string) {
  const end = `const milliseconds = performance.now() - started;
    console.log(count, milliseconds, process.resourceUsage().maxRSS / 1024);`;
  const env = { CLAUDE_CONFIG_DIR: home };
  const numbers = numbersFrom(`${program}\n${end}`, 'module', env);
  const [count = 0, milliseconds = Number.NaN, megabytes = Number.NaN] = numbers;
  if (count !== expected) throw new Error(`${count} sessions were listed, and not ${expected}`);
  return { milliseconds, megabytes };
}
