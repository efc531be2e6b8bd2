/** Numbers for people. */
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

/** A time for people: `0:07`, `12:30`, `1:02:03`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** A day and time that reads the same everywhere. */
export function moment(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}
