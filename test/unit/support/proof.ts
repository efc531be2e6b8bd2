/** Whether the whole proof is asked for: `npm run prove`. Otherwise fewer rounds of the same. */
export const isWholeProof = (process.env['PROVE'] ?? '') !== '';

/** How often a proof is repeated. */
export function rounds(whole: number, reduced: number): number {
  return isWholeProof ? whole : reduced;
}

/** Prints what a proof has counted; the reduced one says so. */
export function printFigures(title: string, figures: Readonly<Record<string, unknown>>): void {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${String(value)}`);
  const extent = isWholeProof ? 'whole' : 'reduced; npm run prove does all of it';
  console.log(`${title} (${extent}): ${parts.join(', ')}`);
}
