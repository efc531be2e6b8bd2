/** Whether the unit tests try every case, as they do in CI: `THOROUGH=1 npm test`. Otherwise a sample of them. */
export const isThorough = (process.env['THOROUGH'] ?? '') !== '';

/** Whether the whole proof is asked for: `npm run prove`. Otherwise fewer rounds of the same. */
export const isWholeProof = (process.env['PROVE'] ?? '') !== '';

/** How often a proof is repeated. */
export function rounds(whole: number, reduced: number): number {
  return isWholeProof ? whole : reduced;
}

/** The seed of every proof of this run. `SEED=…` repeats the one that was printed; reduced proofs take always the same. */
export const seed = Number(process.env['SEED'] ?? rounds(Date.now() % 1_000_000, 1));

/** Prints what a proof has counted; the reduced one says so. */
export function printFigures(title: string, figures: Readonly<Record<string, unknown>>): void {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${String(value)}`);
  const extent = isWholeProof ? 'whole' : 'reduced; npm run prove does all of it';
  console.log(`${title} (${extent}, SEED=${String(seed)}): ${parts.join(', ')}`);
}
