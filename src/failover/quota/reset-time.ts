import { DAY_MS } from '../../links/cleanup-period.ts';

/** When a limit ends, according to a message. */
export interface ResetTime {
  /** As printed: `3:45pm (Europe/Paris)`. */
  readonly text: string;
  /** In ISO 8601, if the text could be read. */
  readonly at?: string;
  /** The time zone that the text names: `Europe/Paris`. */
  readonly zone?: string;
}

/** How to read a reset time. */
export interface ResetContext {
  /** When the text was seen, in milliseconds since 1970. */
  readonly now: number;
  /** For a text that names no zone. */
  readonly timeZone?: string | undefined;
  /** How far ahead it can be, in milliseconds: a time of day that would be farther has passed. */
  readonly within?: number | undefined;
  /** How long before the text may have been printed, in milliseconds: a time of day may have passed since then. */
  readonly age?: number | undefined;
}

const MINUTE_MS = 60_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const ZONE = / ?\(([A-Za-z0-9_+/-]{1,64})\)$/;
const EPOCH = /^(\d{10})(\d{3})?$/;
const SPAN =
  /^in (?=\d)(?:(\d{1,3}) ?d(?:ays?)?)? ?(?:(\d{1,3}) ?h(?:ours?)?)? ?(?:(\d{1,4}) ?m(?:in(?:utes?)?)?)?$/;
const CLOCK = /(?:^|[ ,])(1[0-2]|0?[1-9])(?::([0-5]\d))? ?([ap]m)$/i;
const DATE = /^([A-Z][a-z]{2})[a-z]{0,6} (\d{1,2})(?:, (\d{4}))?(?:,? at|,)?$/;
const WEEKDAY = /^([A-Z][a-z]{2})[a-z]{0,6}(?:,? at|,)?$/;

/** Reads `10:40pm (Europe/Paris)`, `Nov 23, 2:40am (…)`, `Jul 27 at 4:30am (…)`, `Mon 12am`, `in 2h 5m`, `1748800000`. */
export function readResetTime(text: string, context: ResetContext): ResetTime {
  const zone = ZONE.exec(text)?.[1];
  const at = momentOf(text.replace(ZONE, '').trim(), zone ?? context.timeZone, context);
  return {
    text,
    ...(at === undefined || Number.isNaN(at) ? {} : { at: new Date(at).toISOString() }),
    ...(zone === undefined ? {} : { zone }),
  };
}

function momentOf(text: string, zone: string | undefined, context: ResetContext) {
  const epoch = EPOCH.exec(text);
  if (epoch !== null) return Number(epoch[1]) * 1000 + Number(epoch[2] ?? 0);
  const span = SPAN.exec(text);
  if (span !== null) {
    const hours = Number(span[1] ?? 0) * 24 + Number(span[2] ?? 0);
    return context.now + (hours * 60 + Number(span[3] ?? 0)) * MINUTE_MS;
  }
  return zone !== undefined && isTimeZone(zone) ? clockMoment(text, zone, context) : undefined;
}

function clockMoment(text: string, zone: string, context: ResetContext) {
  const { now, within = Infinity, age = 0 } = context;
  const clock = CLOCK.exec(text);
  const timeOfDay = clock === null ? 0 : timeOfDayIn(clock);
  const day = text.slice(0, clock?.index).trim();
  const since = now - age;
  const today = Math.floor(wallTimeAt(since, zone) / DAY_MS) * DAY_MS;
  const instantOn = (midnight: number) => instantOf(midnight + timeOfDay, zone);
  if (day === '' && clock !== null) {
    const next = instantOn(today) > since ? today : today + DAY_MS;
    return instantOn(instantOn(next) - now > within ? next - DAY_MS : next);
  }
  const weekday = weekdays.indexOf(WEEKDAY.exec(day)?.[1]?.toLowerCase() ?? '');
  if (weekday >= 0) {
    const next = today + ((weekday - new Date(today).getUTCDay() + 7) % 7) * DAY_MS;
    return instantOn(instantOn(next) > since ? next : next + 7 * DAY_MS);
  }
  const date = DATE.exec(day);
  const month = months.indexOf(date?.[1]?.toLowerCase() ?? '');
  if (date === null || month < 0) return undefined;
  const inYear = (year: number) => instantOn(Date.UTC(year, month, Number(date[2])));
  if (date[3] !== undefined) return inYear(Number(date[3]));
  // The program omits the current year; around New Year the nearest one is meant.
  const year = new Date(today).getUTCFullYear();
  const instants = [year - 1, year, year + 1].map(inYear);
  return instants.toSorted((a, b) => Math.abs(a - now) - Math.abs(b - now))[0];
}

function timeOfDayIn([, hour, minute = '0', half]: RegExpExecArray): number {
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
  return (hours * 60 + Number(minute)) * MINUTE_MS;
}

/** When the clocks of a zone show a wall time last; an hour later in the hour that they skip. */
function instantOf(wallTime: number, zone: string): number {
  const near = [wallTime - DAY_MS, wallTime + DAY_MS];
  const instants = near.map((instant) => wallTime - offsetAt(instant, zone));
  const right = instants.filter((instant) => wallTimeAt(instant, zone) === wallTime);
  return Math.max(...(right.length === 0 ? instants : right));
}

function offsetAt(instant: number, zone: string): number {
  return wallTimeAt(instant, zone) - Math.floor(instant / MINUTE_MS) * MINUTE_MS;
}

/** What the clocks of a zone show, to the minute, in milliseconds since 1970 as if the zone were UTC. */
function wallTimeAt(instant: number, zone: string): number {
  // What no Date can hold has no wall time either.
  if (Number.isNaN(new Date(instant).getTime())) return Number.NaN;
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
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
}

/** Whether a time zone of this name exists. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
