import type { LinkReport } from './link-report.ts';
import { error, type ProblemTable, text } from '../core/problem.ts';

interface AtLink extends LinkReport {
  readonly accountHome: string;
  /** The errno of the call that failed, where one did. */
  readonly errno?: string;
}

/** What can be wrong where a shared link belongs. */
export interface LinkProblems {
  /** The link leads to another place than the shared target. */
  readonly 'divergent-link': AtLink;
  /** The link leads elsewhere, and nothing is there. Behind such a link Claude Code writes no transcript and reports no error. */
  readonly 'dangling-link': AtLink;
  /** The link leads in a circle, or through more than 40 links. */
  readonly 'link-loop': AtLink;
  /** A real directory stands where the link belongs: this home does not share its state. */
  readonly 'not-a-symlink': AtLink;
  /** A file, a FIFO, a socket or a device stands where the link belongs. */
  readonly 'file-in-the-way': AtLink;
  /** The link is not there yet. */
  readonly 'link-missing': AtLink;
  /** What stands where the link belongs, or where it leads, cannot be read. */
  readonly 'link-unreadable': AtLink;
}

const untouched = 'Nothing was changed: it may hold the only copy of transcripts.';

export const linkProblems: ProblemTable<LinkProblems> = {
  'divergent-link': error(
    'manual',
    (p) => text`${p.path} leads to ${p.storedTarget}, not to ${p.target}`,
    `${untouched} Merge what only that place has into the target, then correct the link.`,
  ),
  'dangling-link': error(
    'manual',
    (p) => text`${p.path} leads to ${p.storedTarget}, where there is nothing`,
    {
      api: 'Mount the volume that is missing, or remove the link and let validateAll create the right one.',
      cli: 'Mount the volume that is missing, or remove the link and let ensure create the right one.',
    },
  ),
  'link-loop': error(
    'manual',
    (p) => text`${p.path} leads to ${p.storedTarget}, and so in a circle or through too many links`,
    {
      api: 'Remove the link, and let validateAll create the right one.',
      cli: 'Remove the link, and let ensure create the right one.',
    },
  ),
  'not-a-symlink': error(
    'migrate',
    (p) => text`${p.path} is a real directory, not a link to ${p.target}`,
    {
      api: `${untouched} Move it into the target with migrate, of claude-shared-state/migrate.`,
      cli: `${untouched} migrate moves it into the target.`,
    },
  ),
  'file-in-the-way': error(
    'manual',
    (p) => text`${p.path} is neither a link to ${p.target} nor a directory`,
    'Nothing was changed. Find out who made it, and move it away.',
  ),
  'link-missing': error('ensure', (p) => text`${p.path} is missing, a link to ${p.target}`, {
    api: 'validateAll creates it.',
    cli: 'ensure creates it.',
  }),
  'link-unreadable': error(
    'manual',
    (p) => text`${p.path} cannot be read (${p.errno})`,
    'Look at the permissions and the disk, then try again.',
  ),
};
