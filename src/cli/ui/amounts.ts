/** A number with its noun: `1 file`, `1,200 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

export function bytes(number: number): string {
  if (number < 1000) return `${number} B`;
  let amount = number / 1000;
  let unit = 'kB';
  for (const larger of ['MB', 'GB', 'TB']) {
    if (amount < 999.5) break;
    amount /= 1000;
    unit = larger;
  }
  return `${amount >= 99.95 ? amount.toFixed(0) : amount.toFixed(1)} ${unit}`;
}

/** `0:07`, `12:30`, `1:02:03`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const [first = 0, ...rest] = hours > 0 ? [hours, ...parts] : parts;
  return [first, ...rest.map((part) => String(part).padStart(2, '0'))].join(':');
}

/** Local time with its zone, such as `2026-11-29 20:15 CET`. */
export function moment(date: Date): string {
  const [day, hour] = [
    { year: 'numeric', month: '2-digit', day: '2-digit' },
    { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  ] as const;
  // Swedish dates are ISO dates.
  return new Intl.DateTimeFormat('sv-SE', { ...day, ...hour }).format(date).replace('−', '-');
}

/** Local time without its zone. */
export function minute(date: Date): string {
  return moment(date).slice(0, 'YYYY-MM-DD hh:mm'.length);
}

/** Sorts `.claude-2` before `.claude-10`. */
export const byNaturalOrder = new Intl.Collator('en', { numeric: true }).compare;
