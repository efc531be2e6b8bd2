import type { PaneLine } from './pane-lines.ts';

/** What the program shows first: its name and version, or its logo where there is no room for them (2.1.197, 2.1.329). */
const BANNER = /Claude Code v\d|▐▛█/;

/** A command line that starts it: the name as a word, at the end of a line or before an option or a quoted prompt. */
const COMMAND = /(?:^|[\s;&|('"/])claude['"]?(?:\s+['"-]|\s*$)/;

/** Whatever the program is called, this is how it is told which session to go on with. */
const RESUMING = /--resume[ =]['"]?[\da-f]{8}-/i;

/**
 * Whether lines tell of a start of the program.
 *
 * 2.1.329 runs in the alternate screen, and leaves nothing above its hint but the command line; 2.1.197 leaves its banner
 * and its last screen, too. A name under which a shell starts it otherwise, an alias say, is not known here.
 */
export function isLaunch(lines: readonly PaneLine[]): boolean {
  return lines.some(({ shown }, index) => {
    if (BANNER.test(shown) || isCommand(shown)) return true;
    // A long command line is wrapped anywhere.
    const next = lines[index + 1];
    if (next === undefined || next.beginsParagraph) return false;
    return isCommand(shown.slice(-MOST_WRAPPED) + next.shown.slice(0, MOST_WRAPPED));
  });
}

function isCommand(shown: string): boolean {
  return COMMAND.test(shown) || RESUMING.test(shown);
}

const MOST_WRAPPED = 100;
