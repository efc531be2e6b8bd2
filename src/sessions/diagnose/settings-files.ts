import { childOf } from '../../paths.ts';

/** The settings that the program has under a home and in a directory, of which the later win. */
export function settingsFilesOf(accountHome: string, cwd: string): readonly string[] {
  const project = childOf(cwd, '.claude');
  return [
    childOf(accountHome, 'settings.json'),
    childOf(project, 'settings.json'),
    childOf(project, 'settings.local.json'),
  ];
}
