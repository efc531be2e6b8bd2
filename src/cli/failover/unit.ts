/** What a service manager starts, and how. */
export interface Service {
  /** The program and its arguments; every path is absolute. */
  readonly command: readonly string[];
  /** Where it finds tmux, ps and claude. */
  readonly path: string;
  /** Where the sockets of tmux are, unless they are in the usual place. */
  readonly tmuxDirectory?: string | undefined;
  readonly home: string;
}

const SERVICE_NAME = 'claude-failover';
/** The least time after a failure (systemd), or between two starts (launchd). */
const RETRY_SECONDS = 15;

/** Where a user's unit belongs. */
export const unitPath = (configDirectory: string): string =>
  `${configDirectory}/systemd/user/${SERVICE_NAME}.service`;

/** Where a user's launch agent belongs. */
export const plistPath = (home: string): string =>
  `${home}/Library/LaunchAgents/${SERVICE_NAME}.plist`;

/** A systemd user unit. */
export function unitText(service: Service): string {
  const { command, home } = service;
  const variables = Object.entries(environmentOf(service)).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`, false)}\n`,
  );
  return `[Unit]
Description=Moves Claude Code sessions to the next account
StartLimitIntervalSec=0

[Service]
ExecStart=${command.map((word) => systemdWord(word)).join(' ')}
${variables.join('')}WorkingDirectory=${home.replaceAll('%', '%%')}
Restart=on-failure
RestartSec=${RETRY_SECONDS}
# All accounts are exhausted, or the homes don't share their sessions: starting again helps nothing.
RestartPreventExitStatus=1
# The tmux server that it may start lives on without it.
KillMode=process

[Install]
WantedBy=default.target
`;
}

function environmentOf({ path, tmuxDirectory }: Service): Readonly<Record<string, string>> {
  return { PATH: path, ...(tmuxDirectory !== undefined && { TMUX_TMPDIR: tmuxDirectory }) };
}

/** A word for systemd, which expands `%`, and in a command `$`, too. */
function systemdWord(text: string, isCommand = true): string {
  const escaped = text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
  const literal = isCommand ? escaped.replaceAll('$', '$$$$') : escaped;
  return `"${literal.replaceAll('%', '%%')}"`;
}

/** A launch agent for launchd. */
export function plistText(service: Service): string {
  const { command, home } = service;
  const variables = Object.entries(environmentOf(service)).map(
    ([name, value]) => `<key>${name}</key><string>${xml(value)}</string>`,
  );
  const words = command.map((word) => `    <string>${xml(word)}</string>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${SERVICE_NAME}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>EnvironmentVariables</key>
  <dict>${variables.join('')}</dict>
  <key>WorkingDirectory</key><string>${xml(home)}</string>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key>
  <dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>${RETRY_SECONDS}</integer>
  <!-- The tmux server that it may start lives on without it. -->
  <key>AbandonProcessGroup</key><true/>
</dict>
</plist>
`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
