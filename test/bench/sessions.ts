import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseResumeUUID, type ResumeUUID } from 'claude-shared-state';
import { diagnoseResume, locateTranscripts, projectKey } from 'claude-shared-state/sessions';
import { agentSdk, built, compare, numbersFrom } from './compare.ts';
import { noteMeasure } from './report.ts';
import { message, uuidOf } from './transcripts.ts';

const id = idOf('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
const SESSIONS = 10;

export async function sessions(root: string): Promise<void> {
  for (const count of [200, 2000]) await locate(join(root, `projects-${count}`), count);
  await diagnose(join(root, 'long'));
  diagnoseLongest(join(root, 'huge'));
}

/**
 * Finding sessions among many projects, compared with the Agent SDK in the same process.
 *
 * The SDK stops at the first transcript it finds, so sessions from all over the projects are looked for,
 * and a figure is the time for all of them.
 */
async function locate(home: string, projects: number): Promise<void> {
  for (let number = 0; number < projects; number += 1) {
    const directory = join(home, 'projects', `-home-me-work-${number}`);
    mkdirSync(directory, { recursive: true });
    for (let other = 0; other < 5; other += 1) {
      const path = join(directory, `${uuidOf(number * 5 + other)}.jsonl`);
      writeFileSync(path, message(1, id));
    }
  }
  const ids = Array.from({ length: SESSIONS }, (_, index) =>
    idOf(uuidOf(Math.floor((index * projects) / SESSIONS) * 5)),
  );
  const sdk = await sdkOn(home);
  await compare(
    `find ten sessions among ${projects} projects`,
    {
      name: 'locateTranscripts',
      run: async () => {
        for (const one of ids) {
          found((await locateTranscripts(one, { accountHomes: [home] })).transcripts[0]);
        }
      },
    },
    {
      name: `Agent SDK getSessionInfo`,
      run: async () => {
        for (const one of ids) found(await sdk.getSessionInfo(one));
      },
    },
  );
}

/** Diagnosing a long conversation, compared with the Agent SDK. */
async function diagnose(root: string): Promise<void> {
  const { home, cwd } = longConversation(root, 50e6);
  const sdk = await sdkOn(home);
  await compare(
    'diagnose all of a transcript of 50 MB; the SDK reads both ends only',
    {
      name: 'diagnoseResume',
      run: async () => found((await diagnoseResume(id, { accountHome: home, cwd })).transcript),
    },
    { name: 'Agent SDK getSessionInfo', run: async () => found(await sdk.getSessionInfo(id)) },
  );
}

/** The cost of one diagnosis in a process of its own. */
function diagnoseLongest(root: string): void {
  const { home, cwd } = longConversation(root, 2e9);
  const [seconds = Number.NaN, megabytes = Number.NaN] = numbersFrom(`
    const { diagnoseResume } = await import('${built('sessions.js')}');
    const started = performance.now();
    const options = ${JSON.stringify({ accountHome: home, cwd })};
    const { transcript } = await diagnoseResume('${id}', options);
    if (transcript === undefined) throw new Error('The transcript was not diagnosed');
    const seconds = (performance.now() - started) / 1000;
    console.log(seconds, process.resourceUsage().maxRSS / 1024);`);
  rmSync(root, { recursive: true });
  noteMeasure('diagnose a transcript of 2 GB', seconds, 's');
  noteMeasure('the same, all memory of the process', megabytes, 'MB');
}

function longConversation(root: string, bytes: number) {
  const home = join(root, 'home');
  const cwd = join(root, 'work');
  const directory = join(home, 'projects', projectKey(cwd));
  for (const path of [cwd, directory]) mkdirSync(path, { recursive: true });
  const file = openSync(join(directory, `${id}.jsonl`), 'w');
  for (let written = 0, number = 1; written < bytes;) {
    const lines: string[] = [];
    for (let count = 0; count < 500; count += 1, number += 1) lines.push(message(number, id));
    written += writeSync(file, lines.join(''));
  }
  closeSync(file);
  return { home, cwd };
}

function idOf(text: string): ResumeUUID {
  const parsed = parseResumeUUID(text);
  if (parsed === undefined) throw new Error(`${text} is not an id`);
  return parsed;
}

/** The real SDK, which looks where the environment says. */
async function sdkOn(home: string): Promise<Sdk> {
  process.env['CLAUDE_CONFIG_DIR'] = home;
  const sdk: unknown = await import(agentSdk());
  if (!isSdk(sdk)) throw new Error('The Agent SDK has no getSessionInfo');
  return sdk;
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
