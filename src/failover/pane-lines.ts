/** A line of a pane that is not blank. */
export interface PaneLine {
  /** Where it begins in the text of the pane. */
  readonly index: number;
  /** What it shows, without colours, other control sequences, and blanks at its end. */
  readonly shown: string;
  /** Whether a blank line, or nothing, stands above it. */
  readonly beginsParagraph: boolean;
}

/** Of a control sequence that is cut short, only the begin is left out: the rest may be text. */
const CONTROL_SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[ -/]*[0-~])|[\p{Cc}\ufeff]/gu;

/** The lines of a pane. A carriage return alone starts the line anew, which shows as a new one. */
export function paneLines(paneText: string): readonly PaneLine[] {
  const lines: PaneLine[] = [];
  let end = 0;
  let beginsParagraph = true;
  // Lines that are empty are never looked at one by one: there may be millions of them.
  for (const { index, 0: line } of paneText.matchAll(/[^\r\n]+/g)) {
    beginsParagraph ||= isMoreThanOneBreak(paneText.slice(end, index));
    end = index + line.length;
    const shown = line.replaceAll(CONTROL_SEQUENCES, '').trimEnd();
    if (shown !== '') lines.push({ index, shown, beginsParagraph });
    beginsParagraph = shown === '';
  }
  return lines;
}

/** A terminal may be sent several carriage returns before each line feed. */
function isMoreThanOneBreak(gap: string): boolean {
  return gap.indexOf('\n') !== gap.lastIndexOf('\n');
}
