// oxlint-disable-next-line no-control-regex -- they are what it is about
const CONTROL = /[\0-\x1f\x7f-\x9f]/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const PLAIN_WORD = /^[\w./:@,+-]+$/;

/** Whether it is a text that arrives as it is when typed: one line, no controls, and encodable. */
export function isTypeable(text: unknown): text is string {
  return typeof text === 'string' && !CONTROL.test(text) && !LONE_SURROGATE.test(text);
}

/**
 * The text as one word of a POSIX shell, whatever characters it has.
 *
 * Inside single quotes nothing is special, not even the `!` of a history; a single quote itself is
 * put between two such words, behind a backslash.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Like {@link quoted}, without quotes where none are needed. */
export function word(text: string): string {
  return PLAIN_WORD.test(text) ? text : quoted(text);
}

/** A command for the shells of Windows. */
interface WindowsCommand {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly cwd: string;
}

/** The command on one line of PowerShell and of cmd, each `undefined` if it cannot be written there. */
export function windowsLines({ words, env, unset, cwd }: WindowsCommand) {
  const variables = Object.entries(env);
  const powershell = [
    `Set-Location -ErrorAction Stop -LiteralPath ${inPowerShell(cwd)}`,
    `Remove-Item -ErrorAction Ignore ${unset.map((name) => `Env:${name}`).join(',')}`,
    ...variables.map(([name, value]) => `$env:${name} = ${inPowerShell(value)}`),
    `& ${words.map(inPowerShell).join(' ')}`,
  ].join('; ');
  // Removing a variable that is not set is an error there, so those steps follow each other whatever happens.
  const steps = [
    ...[...unset.map((name) => [name, '']), ...variables].map((pair) => `set "${pair.join('=')}"`),
    words.map((each) => (PLAIN_WORD.test(each) ? each : `"${each}"`)).join(' '),
  ];
  const isPassedOn = words.every((each) => each !== '' && !/"|\\$/.test(each));
  const isQuotable = [cwd, ...Object.values(env), ...words].every((text) => !/["%!]/.test(text));
  return {
    powershell: isPassedOn ? powershell : undefined,
    cmd: isPassedOn && isQuotable ? `cd /d "${cwd}" && (${steps.join(' & ')})` : undefined,
  };
}

/** The text as one word of PowerShell, which takes curly single quotes for straight ones. */
function inPowerShell(text: string): string {
  return `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;
}
