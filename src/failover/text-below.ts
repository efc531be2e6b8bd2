const BLANK = /\s/;

/**
 * What stands below the last place where a text shows another one, however that is broken into lines; `undefined`
 * where it does not show it.
 */
export function textBelow(shown: string, wanted: string): string | undefined {
  const { solid, ends } = withoutBlanks(shown);
  const sought = wanted.replaceAll(/\s/g, '');
  const at = solid.lastIndexOf(sought);
  return at < 0 ? undefined : shown.slice(ends[at + sought.length - 1]);
}

/** The text without its white space, and where each unit of it ends in the text. */
function withoutBlanks(shown: string): {
  readonly solid: string;
  readonly ends: readonly number[];
} {
  const units: string[] = [];
  const ends: number[] = [];
  for (let index = 0; index < shown.length; index += 1) {
    const unit = shown.charAt(index);
    if (BLANK.test(unit)) continue;
    units.push(unit);
    ends.push(index + 1);
  }
  return { solid: units.join(''), ends };
}
