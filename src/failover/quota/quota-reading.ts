import { type EvidenceRules, evidenceIn, type QuotaEvidence, vetoIn } from './quota-evidence.ts';
import { viewPane } from './quota-view.ts';

/** A text that spoke against a limit. */
export interface VetoEvidence {
  /** The name of the veto. */
  readonly name: string;
  /** The words of the program, in one line, cut at 300 characters. */
  readonly text: string;
}

/** What one observation tells. */
export interface QuotaReading {
  readonly evidence: QuotaEvidence | undefined;
  readonly veto: VetoEvidence | undefined;
  /** Whether it tells how the session stands; otherwise nothing follows from what it does not tell. */
  readonly poll: boolean;
  /** The prompt that was answered so, where that can be seen. */
  readonly prompt: string;
}

/** Reads what is on a pane. */
export function readPane(text: string, rules: EvidenceRules): QuotaReading {
  const view = viewPane(text);
  if (view === undefined) return { evidence: undefined, veto: undefined, poll: true, prompt: '' };
  const found = view.messages.map((said) => evidenceIn(said, rules));
  const evidence = found.find((it) => it !== undefined);
  return { evidence, veto: vetoIn(view.remarks, rules), poll: true, prompt: view.prompt };
}
