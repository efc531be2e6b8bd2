/** A line of a pane that isn't blank. */
export interface PaneLine {
  /** Its text, without control sequences and trailing blanks. */
  readonly text: string;
  /** Whether a blank line, or the top of the pane, is above it. */
  readonly startsParagraph: boolean;
}

// Only the start of a control sequence that is cut short is removed: the rest may be text.
const CONTROL_SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- the pattern is about control characters
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[ -/]*[0-~])|[\p{Cc}\ufeff]/gu;

/** A text without the blanks that a wrap at the edge of the pane may have removed, or added. */
export function lettersOf(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

/** The lines of a pane. A carriage return starts a new line. */
export function paneLines(paneText: string): readonly PaneLine[] {
  const lines: PaneLine[] = [];
  let end = 0;
  let startsParagraph = true;
  // Empty lines are skipped as a whole: there may be millions of them.
  for (const { index, 0: line } of paneText.matchAll(/[^\r\n]+/g)) {
    // A terminal may be sent several carriage returns before each line feed.
    const gap = paneText.slice(end, index);
    startsParagraph ||= gap.indexOf('\n') !== gap.lastIndexOf('\n');
    end = index + line.length;
    const text = line.replaceAll(CONTROL_SEQUENCES, '').trimEnd();
    if (text !== '') lines.push({ text, startsParagraph });
    startsParagraph = text === '';
  }
  return lines;
}
