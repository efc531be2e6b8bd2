import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EVERY, fillForList, type ListTree, RARE_WORD } from './list-tree.ts';

/** What listing all sessions of a home costs, in milliseconds and megabytes; each a median of processes of their own. */
export interface ListCost {
  readonly firstPage: number;
  readonly all: number;
  readonly peakMegabytes: number;
  /** The Agent SDK's `listSessions()`. */
  readonly sdk: number;
  readonly search: number;
  /** `rg -l --sort none`. */
  readonly ripgrep: number;
}

const ROUNDS = 3;

/** Lists and searches many sessions, in turns with the Agent SDK and with ripgrep. */
export function benchList(root: string, tree: ListTree): ListCost {
  const home = join(root, 'home');
  const projects = join(home, 'projects');
  fillForList(projects, tree);
  const entry = new URL('../../dist/sessions.js', import.meta.url).href;
  const { resolve } = createRequire(new URL('../e2e/package.json', import.meta.url));
  const sdkEntry = pathToFileURL(resolve('@anthropic-ai/claude-agent-sdk')).href;
  const list = (options: string, expected: number) =>
    runProgram(
      home,
      expected,
      `const { listSessions } = await import(${JSON.stringify(entry)});
       const started = performance.now();
       const required = [{ name: 'projects', target: ${JSON.stringify(projects)} }];
       let count = 0;
       for await (const { title } of listSessions([${JSON.stringify(home)}], { required, ${options} })) {
         if (title !== undefined && (count += 1) === ${expected}) break;
       }`,
    );
  const listThroughSdk = () =>
    runProgram(
      home,
      tree.transcripts,
      `const { listSessions } = await import(${JSON.stringify(sdkEntry)});
       const started = performance.now();
       const { length: count } = await listSessions();`,
    );
  const ripgrep = () => {
    const started = performance.now();
    execFileSync('rg', ['-l', '--sort', 'none', RARE_WORD, projects]);
    return performance.now() - started;
  };
  // The first one brings everything into the memory.
  ripgrep();
  const rounds = Array.from({ length: ROUNDS }, () => ({
    firstPage: list('', 50),
    all: list('', tree.transcripts),
    sdk: listThroughSdk(),
    search: list(`text: '${RARE_WORD}'`, tree.transcripts / EVERY),
    ripgrep: ripgrep(),
  }));
  const time = (name: 'firstPage' | 'all' | 'sdk' | 'search') =>
    median(rounds.map((round) => round[name].milliseconds));
  return {
    firstPage: time('firstPage'),
    all: time('all'),
    peakMegabytes: median(rounds.map((round) => round.all.peakMegabytes)),
    sdk: time('sdk'),
    search: time('search'),
    ripgrep: median(rounds.map((round) => round.ripgrep)),
  };
}

/** Runs a program that counts sessions from `started` on, in a process of its own. */
function runProgram(home: string, expected: number, program: string) {
  const source = `${program}
    const milliseconds = performance.now() - started;
    console.log(count, milliseconds, process.resourceUsage().maxRSS / 1024);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
    env: { ...process.env, CLAUDE_CONFIG_DIR: home },
  });
  const [count = 0, milliseconds = Number.NaN, peakMegabytes = Number.NaN] = String(output)
    .split(' ')
    .map(Number);
  if (count !== expected) throw new Error(`${count} sessions were listed, and not ${expected}`);
  return { milliseconds, peakMegabytes };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
