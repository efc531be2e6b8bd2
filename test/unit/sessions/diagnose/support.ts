import {
  diagnoseResume,
  type DiagnoseOptions,
  type ResumeDiagnosis,
} from 'claude-shared-state/sessions';
import { requiredIn, type World } from '../../support/world.ts';
import type { SessionStage } from '../support.ts';

/** Asks for a diagnosis of the session of a stage under its second home. */
export async function diagnose(
  world: World,
  { id, cwd, homes }: SessionStage,
  options: Partial<DiagnoseOptions> & { readonly id?: string } = {},
): Promise<ResumeDiagnosis> {
  const { id: asked = id, ...more } = options;
  return await diagnoseResume(asked, {
    accountHome: homes[1],
    accountHomes: homes,
    cwd,
    required: requiredIn(world),
    interactive: false,
    fs: world.fs,
    ...more,
  });
}

export function codesOf({ problems }: ResumeDiagnosis): readonly string[] {
  return problems.map(({ code }) => code);
}
