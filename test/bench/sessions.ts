import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseResumeUUID, type ResumeUUID } from 'claude-shared-state';
import { diagnoseResume, locateTranscripts, projectKey } from 'claude-shared-state/sessions';
import { compare, type Figure } from './compare.ts';

const id = idOf('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
const SESSIONS = 10;

/**
 * Finding sessions among many projects, compared with the Agent SDK in the same process.
 *
 * The SDK stops at the first transcript it finds, so sessions from all over the projects are looked for,
 * and a figure is the time for all of them.
 */
export async function benchLocate(root: string, projects: number): Promise<readonly Figure[]> {
  const home = join(root, 'home');
  for (let number = 0; number < projects; number += 1) {
    const directory = join(home, 'projects', `-home-me-work-${number}`);
    mkdirSync(directory, { recursive: true });
    for (let other = 0; other < 5; other += 1) {
      writeFileSync(join(directory, `${uuidOf(number * 5 + other)}.jsonl`), line(1));
    }
  }
  const ids = Array.from({ length: SESSIONS }, (_, index) =>
    idOf(uuidOf(Math.floor((index * projects) / SESSIONS) * 5)),
  );
  const getSessionInfo = await agentSdk(home);
  return await compare([
    {
      name: `Agent SDK getSessionInfo`,
      run: async () => {
        for (const one of ids) found(await getSessionInfo(one));
      },
    },
    {
      name: 'locateTranscripts',
      run: async () => {
        for (const one of ids) {
          found((await locateTranscripts(one, { accountHomes: [home] })).transcripts[0]);
        }
      },
    },
  ]);
}

/** Diagnosing a long conversation, compared with the Agent SDK. */
export async function benchDiagnose(root: string, bytes: number): Promise<readonly Figure[]> {
  const { home, cwd } = longConversation(root, bytes);
  const getSessionInfo = await agentSdk(home);
  return await compare([
    { name: 'Agent SDK getSessionInfo', run: async () => found(await getSessionInfo(id)) },
    {
      name: 'diagnoseResume',
      run: async () => {
        const { transcript } = await diagnoseResume(id, { accountHome: home, cwd });
        found(transcript);
      },
    },
  ]);
}

/** The cost of one diagnosis in a process of its own. */
export interface LongestCost {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

export function benchLongest(root: string, bytes: number): LongestCost {
  const { home, cwd } = longConversation(root, bytes);
  const entry = pathToFileURL(fileURLToPath(new URL('../../dist/sessions.js', import.meta.url)));
  const program = `
    const { diagnoseResume } = await import(${JSON.stringify(entry.href)});
    const started = performance.now();
    const { transcript } = await diagnoseResume(
      ${JSON.stringify(id)},
      ${JSON.stringify({ accountHome: home, cwd })},
    );
    if (transcript === undefined) throw new Error('The transcript was not diagnosed');
    const seconds = (performance.now() - started) / 1000;
    console.log(seconds, process.resourceUsage().maxRSS / 1024);
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program]);
  rmSync(root, { recursive: true });
  const [seconds = Number.NaN, peakMegabytes = Number.NaN] = String(output).split(' ').map(Number);
  return { seconds, peakMegabytes };
}

function longConversation(root: string, bytes: number) {
  const home = join(root, 'home');
  const cwd = join(root, 'work');
  const directory = join(home, 'projects', projectKey(cwd));
  mkdirSync(cwd, { recursive: true });
  mkdirSync(directory, { recursive: true });
  const file = openSync(join(directory, `${id}.jsonl`), 'w');
  for (let written = 0, number = 1; written < bytes;) {
    const lines: string[] = [];
    for (let count = 0; count < 500; count += 1, number += 1) lines.push(line(number));
    written += writeSync(file, lines.join(''));
  }
  closeSync(file);
  return { home, cwd };
}

/** One message, between 0.4 and 20 kB long, each the answer to the one before it. */
function line(number: number): string {
  const length = number % 10 === 0 ? 20_000 : 200 + (number % 7) * 300;
  return `${JSON.stringify({
    parentUuid: number <= 1 ? null : uuidOf(number - 1),
    isSidechain: false,
    cwd: '/home/me/work',
    sessionId: id,
    type: number % 2 === 1 ? 'user' : 'assistant',
    message: {
      role: number % 2 === 1 ? 'user' : 'assistant',
      content: [{ type: 'text', text: 'Some "quoted" words, and a line.\n'.repeat(length / 33) }],
    },
    uuid: uuidOf(number),
    timestamp: new Date(1_790_000_000_000 + number * 1000).toISOString(),
  })}\n`;
}

function idOf(text: string): ResumeUUID {
  const parsed = parseResumeUUID(text);
  if (parsed === undefined) throw new Error(`${text} is not an id`);
  return parsed;
}

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The real SDK, which looks where the environment says. */
async function agentSdk(home: string) {
  process.env['CLAUDE_CONFIG_DIR'] = home;
  const { resolve } = createRequire(new URL('../e2e/package.json', import.meta.url));
  const sdk: unknown = await import(pathToFileURL(resolve('@anthropic-ai/claude-agent-sdk')).href);
  if (!isSdk(sdk)) throw new Error('The Agent SDK has no getSessionInfo');
  return async (id: string) => await sdk.getSessionInfo(id);
}

interface Sdk {
  getSessionInfo(id: string): Promise<unknown>;
}

function isSdk(module: unknown): module is Sdk {
  return typeof module === 'object' && module !== null && 'getSessionInfo' in module;
}

function found(what: unknown): void {
  if (what === undefined || what === null) throw new Error('The session was not found');
}
