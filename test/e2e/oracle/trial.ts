import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnoseResume, type ResumeDiagnosis } from 'claude-shared-state/sessions';
import { runClaude } from '../support/claude.ts';
import type { Program } from '../support/programs.ts';
import { enterCleanRoom } from '../support/room.ts';
import type { Scenario } from './scenario.ts';
import { said, sessionId, setStage } from './stage.ts';

/** What was said beforehand, and what then happened. */
export interface Trial {
  readonly diagnosis: ResumeDiagnosis;
  /** Whether the program went on with the history, and saved the turn. */
  readonly resumed: boolean;
  /** For the table: how the program ended. */
  readonly ending: string;
}

const prompt = 'What is the password?';
const PATIENCE_MS = 5000;

/** Sets the stage, asks for the diagnosis, and then lets the real program try. */
export async function tryOut(scenario: Scenario, program: Program): Promise<Trial> {
  const room = await enterCleanRoom(program.name, { usesKey: true });
  const stage = setStage(room.path());
  const attempt = scenario.set(stage) ?? {};
  const { id = sessionId, cwd = stage.cwd, accountHome = stage.accountB } = attempt;
  let isUndone = false;
  const undo = () => {
    if (!isUndone) attempt.undo?.();
    isUndone = true;
  };
  try {
    const diagnosis = await diagnoseResume(id, {
      accountHome,
      cwd,
      required: stage.required,
      programVersion: program.version,
      interactive: false,
      ...attempt.options,
    });
    const surroundings = {
      ...room.surroundings(accountHome),
      cwd,
      environment: { ...attempt.environment },
      ...(attempt.hangs === true ? { patienceMs: PATIENCE_MS } : {}),
    };
    const outcome = await runClaude(['-p', '--resume', id, prompt], surroundings).catch(
      (error: unknown) => ({ exitCode: -1, stdout: '', stderr: String(error) }),
    );
    // Before and after, because a mount hides what was written, and so does a mode.
    const before = transcriptsIn(room.path());
    undo();
    const carried = room.api.conversations.at(-1) ?? [];
    const isCarried = said.every((text) => carried.includes(text));
    const isSaved = [...before, ...transcriptsIn(room.path())].some((text) =>
      text.includes(prompt),
    );
    const resumed = outcome.exitCode === 0 && isCarried && isSaved;
    const { exitCode, stderr } = outcome;
    const ending = `exit ${exitCode}${isCarried ? ', history' : ''}${isSaved ? ', saved' : ''}`;
    return { diagnosis, resumed, ending: resumed ? ending : `${ending} ${stderr.trim()}` };
  } finally {
    undo();
  }
}

/** The content of every transcript that the program could have written to, as far as it can be read. */
function transcriptsIn(directory: string): readonly string[] {
  return readable(() => readdirSync(directory, { withFileTypes: true })).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return transcriptsIn(path);
    return entry.isFile() && entry.name.endsWith('.jsonl')
      ? readable(() => [readFileSync(path, 'utf8')])
      : [];
  });
}

function readable<Item>(read: () => readonly Item[]): readonly Item[] {
  try {
    return read();
  } catch {
    return [];
  }
}
