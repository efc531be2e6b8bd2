import { lettersOf } from './pane-lines.ts';

/** The question of what to do with a session of another account, on the screen. */
export interface OwnerDialog {
  /** `choice`: whether to exit, change the login, or copy. `confirmation`: whether to copy indeed. */
  readonly kind: 'choice' | 'confirmation';
  /** The key that comes nearer to the copy. */
  readonly key: 'Up' | 'Down' | 'Enter';
  /** What the highlighted option says, as far as the screen shows it. */
  readonly highlighted: string;
}

const RULE = /^\s*▔{8,}\s*$/;
const HIGHLIGHTED = /^\s*❯\s*(\S.*)$/;
/** What a confirmation is never given to, whatever it asks. */
const CONFIRMS = /^(?:continue|copy|yes)\b/i;
/** A narrow pane shows the highlighted option only, and cuts it. */
const MIN_PREFIX = 5;

/**
 * Recognizes the dialog by its structure: a panel at the end of the screen that names the account which is logged in,
 * above a menu. In the choice the address is below the heading and in the option for the copy, which is the last one; in
 * the confirmation it is in the heading. Seen on 2.1.329 and 2.1.332, in panes of 25 to 100 columns.
 *
 * @param screen - The text of the terminal.
 * @param emailAddress - The address of the account that is logged in.
 */
export function ownerDialogIn(screen: string, emailAddress: string): OwnerDialog | undefined {
  const address = lettersOf(emailAddress);
  const [heading = '', ...others] = panelIn(screen);
  const menu = others.findLastIndex((paragraph) => highlightedIn(paragraph) !== undefined);
  const highlighted = highlightedIn(others[menu] ?? '');
  // Below the menu are the keys, and nothing else.
  if (address === '' || highlighted === undefined || menu < others.length - 2) return undefined;
  if (lettersOf(heading).includes(address)) {
    return { kind: 'confirmation', key: CONFIRMS.test(highlighted) ? 'Enter' : 'Up', highlighted };
  }
  const names = others.slice(0, menu).some((paragraph) => lettersOf(paragraph).includes(address));
  if (!names) return undefined;
  return { kind: 'choice', key: isFor(address, highlighted) ? 'Enter' : 'Down', highlighted };
}

/** The paragraphs below the last rule. */
function panelIn(screen: string): readonly string[] {
  const lines = screen.split('\n');
  const start = lines.findLastIndex((line) => RULE.test(line));
  if (start === -1) return [];
  const panel = lines.slice(start + 1).map((line) => line.trimEnd());
  return panel
    .join('\n')
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '');
}

function highlightedIn(paragraph: string): string | undefined {
  const lines = paragraph.split('\n');
  return lines.map((line) => HIGHLIGHTED.exec(line)?.[1]).find((text) => text !== undefined);
}

/** Whether an option names an address, or breaks off in the middle of it. */
function isFor(address: string, option: string): boolean {
  const letters = lettersOf(option);
  if (letters.includes(address)) return true;
  for (let length = address.length - 1; length >= MIN_PREFIX; length -= 1) {
    if (letters.endsWith(address.slice(0, length))) return true;
  }
  return false;
}
