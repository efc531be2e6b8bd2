/** When a limit ends, as a text tells it. */
export interface ResetTime {
  /** As it was printed: `3:45pm (Europe/Paris)`. */
  readonly text: string;
  /** The moment, in ISO 8601, where the text could be read. */
  readonly at?: string;
  /** The time zone that the text names: `Europe/Paris`. */
  readonly zone?: string;
}

/** What a reset time is read against. */
export interface ResetContext {
  /** When the text was seen, in milliseconds since the epoch. */
  readonly now: number;
  /** The zone to read a text in that names none. */
  readonly timeZone?: string | undefined;
  /** How far ahead it can be, in milliseconds: a time of the day that would be farther has passed already. */
  readonly within?: number | undefined;
}

interface WallTime {
  readonly year: number;
  /** From 0 for January, as in a Date. */
  readonly month: number;
  readonly day: number;
  readonly minutes: number;
}

const DAY_MS = 86_400_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const ZONE = / ?\(([A-Za-z0-9_+/-]{1,64})\)$/;
const EPOCH = /^(\d{10})(\d{3})?$/;
const SPAN =
  /^in (?=\d)(?:(\d{1,3}) ?d(?:ays?)?)? ?(?:(\d{1,3}) ?h(?:ours?)?)? ?(?:(\d{1,4}) ?m(?:in(?:utes?)?)?)?$/;
const CLOCK = /(?:^|[ ,])(\d{1,2})(?::(\d{2}))? ?([ap]m)$/i;
const DATE = /^([A-Z][a-z]{2})[a-z]{0,6} (\d{1,2})(?:, (\d{4}))?(?:,? at|,)?$/;
const WEEKDAY = /^([A-Z][a-z]{2})[a-z]{0,6}(?:,? at|,)?$/;

/** Reads `10:40pm (Europe/Paris)`, `Nov 23, 2:40am (…)`, `Jul 27 at 4:30am (…)`, `Mon 12am`, `in 2h 5m`, `1748800000`. */
export function readResetTime(text: string, context: ResetContext): ResetTime {
  const zone = ZONE.exec(text)?.[1];
  const spoken = text.replace(ZONE, '').trim();
  const at = momentOf(spoken, zone ?? context.timeZone, context);
  return {
    text,
    ...(at === undefined || Number.isNaN(at) ? {} : { at: new Date(at).toISOString() }),
    ...(zone === undefined ? {} : { zone }),
  };
}

function momentOf(spoken: string, zone: string | undefined, context: ResetContext) {
  const epoch = EPOCH.exec(spoken);
  if (epoch !== null) return Number(epoch[1]) * 1000 + Number(epoch[2] ?? 0);
  const span = SPAN.exec(spoken);
  if (span !== null) {
    const hours = Number(span[1] ?? 0) * 24 + Number(span[2] ?? 0);
    return context.now + (hours * 60 + Number(span[3] ?? 0)) * 60_000;
  }
  if (zone === undefined || !isTimeZone(zone)) return undefined;
  return wallMoment(spoken, zone, context);
}

function wallMoment(spoken: string, zone: string, { now, within }: ResetContext) {
  const clock = CLOCK.exec(spoken);
  const minutes = clock === null ? 0 : minutesOf(clock);
  if (minutes === undefined) return undefined;
  const day = (clock === null ? spoken : spoken.slice(0, clock.index)).trim();
  const today = wallTimeAt(now, zone);
  if (day === '' && clock !== null) {
    const next = firstAfter(now, 1, zone, { ...today, minutes });
    const tooFar = within !== undefined && next - now > within;
    return tooFar ? instantOf({ ...wallTimeAt(next - DAY_MS, zone), minutes }, zone) : next;
  }
  const weekday = weekdays.indexOf(WEEKDAY.exec(day)?.[1]?.toLowerCase() ?? '');
  if (weekday >= 0) {
    const ahead = (weekday - weekdayOf(today) + 7) % 7;
    return firstAfter(now, 7, zone, { ...today, day: today.day + ahead, minutes });
  }
  const date = DATE.exec(day);
  const month = months.indexOf(date?.[1]?.toLowerCase() ?? '');
  if (date === null || month < 0) return undefined;
  const inYear = (year: number) => instantOf({ year, month, day: Number(date[2]), minutes }, zone);
  if (date[3] !== undefined) return inYear(Number(date[3]));
  // The program leaves the year out where it is the current one; around New Year the nearest is meant.
  const years = [today.year - 1, today.year, today.year + 1].map(inYear);
  return years.toSorted((a, b) => Math.abs(a - now) - Math.abs(b - now))[0];
}

function minutesOf([, hour, minute = '0', half]: RegExpExecArray): number | undefined {
  const hours = Number(hour);
  if (hours < 1 || hours > 12 || Number(minute) > 59) return undefined;
  return ((hours % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0)) * 60 + Number(minute);
}

function firstAfter(now: number, stepDays: number, zone: string, wall: WallTime): number {
  const instant = instantOf(wall, zone);
  return instant > now ? instant : instantOf({ ...wall, day: wall.day + stepDays }, zone);
}

function weekdayOf({ year, month, day }: WallTime): number {
  return new Date(Date.UTC(year, month, day)).getUTCDay();
}

/** When the clocks of a zone show this; in the hour that they skip, an hour later. */
function instantOf({ year, month, day, minutes }: WallTime, zone: string): number {
  const shown = Date.UTC(year, month, day, 0, minutes);
  const guess = shown - offsetAt(shown, zone);
  return shown - offsetAt(guess, zone);
}

function offsetAt(instant: number, zone: string): number {
  const { year, month, day, minutes } = wallTimeAt(instant, zone);
  return Date.UTC(year, month, day, 0, minutes) - Math.floor(instant / 60_000) * 60_000;
}

function wallTimeAt(instant: number, zone: string): WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = new Map(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    year: part('year'),
    month: part('month') - 1,
    day: part('day'),
    minutes: part('hour') * 60 + part('minute'),
  };
}

/** Whether a name is one of a time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
