/** How many rounds a proof takes: few in every run of the tests, all of them for `npm run prove`. */
export function rounds(reduced: number, full: number): number {
  return process.env['PROVE'] === undefined ? reduced : full;
}
