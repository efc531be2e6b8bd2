/** A line of a pane. */
export interface PaneLine {
  /** Where it begins in the text of the pane. */
  readonly index: number;
  /** What it shows, without colours, other control sequences, and blanks at its end. */
  readonly shown: string;
}

/** Of a control sequence that is cut short, only the begin is left out: the rest may be text. */
const CONTROL_SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[ -/]*[0-~])|[\p{Cc}\ufeff]/gu;

/** The lines of a pane, one after the other. A carriage return alone starts the line anew, which shows as a new one. */
export function* paneLines(paneText: string): Generator<PaneLine> {
  let index = 0;
  for (const { index: end, 0: lineBreak } of paneText.matchAll(/\r*\n|\r+/g)) {
    yield { index, shown: shownOf(paneText.slice(index, end)) };
    index = end + lineBreak.length;
  }
  yield { index, shown: shownOf(paneText.slice(index)) };
}

function shownOf(line: string): string {
  return line.replaceAll(CONTROL_SEQUENCES, '').trimEnd();
}
