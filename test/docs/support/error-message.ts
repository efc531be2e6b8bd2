import { isSharedStateError, requiredSharedUnder, validateAll } from 'claude-shared-state';
import { memfs } from 'memfs';

/** What the message of an error looks like, in Markdown. */
export async function errorMessage(): Promise<string> {
  const { fs } = memfs({
    '/home/me/.claude-old/projects/-home-me-work/transcript.jsonl': '{}',
    '/home/me/.claude-projects-backup/-home-me-work/transcript.jsonl': '{}',
    '/home/me/.claude-spare/settings.json': '{}',
  });
  fs.symlinkSync('/home/me/.claude-projects-backup', '/home/me/.claude-spare/projects');
  const error: unknown = await validateAll(['/home/me/.claude-spare', '/home/me/.claude-old'], {
    required: requiredSharedUnder('/home/me'),
    fs,
  }).catch((reason: unknown) => reason);
  if (!isSharedStateError(error)) throw new Error('a divergent link was not refused');
  return ['```text', error.message, '```'].join('\n');
}
