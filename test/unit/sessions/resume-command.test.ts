import { isSharedStateError, parseResumeUUID } from 'claude-shared-state';
import { resumeCommand, type ResumeCommandOptions } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { theId } from '../support/session-id.ts';

const where = { accountHome: '/me/.claude-spare', cwd: '/me/work' } as const;
const logins = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_SECURESTORAGE_CONFIG_DIR',
  'CLAUDE_CODE_USE_ANTHROPIC_AWS',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_GATEWAY',
  'CLAUDE_CODE_USE_MANTLE',
  'CLAUDE_CODE_USE_VERTEX',
];
const inherited = [
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_SKIP_PROMPT_HISTORY',
  'CLAUDE_CODE_ENTRYPOINT',
  ...logins,
];
const withoutInherited = inherited.map((name) => `-u ${name}`).join(' ');

/** The complaints about options, whatever their type. */
function refusals(options: object, sessionId: string = theId): readonly string[] {
  try {
    Reflect.apply(resumeCommand, undefined, [sessionId, options]);
    return [];
  } catch (error) {
    if (!isSharedStateError(error) || error.operation !== 'resumeCommand') throw error;
    return error.problems.map((it) => ('argument' in it ? `${it.code} ${it.argument}` : it.code));
  }
}

/** What the lines for the shells of Windows say from the prompt on. */
function windowsLines(prompt: string) {
  const { powershell, cmd } = resumeCommand(theId, { ...where, prompt });
  return [powershell?.slice(powershell.indexOf("'--' ")), cmd?.slice(cmd.indexOf(' -- '))];
}

describe('the command', () => {
  test('is complete as data, and as a line', () => {
    expect(resumeCommand(theId, where)).toEqual({
      file: 'claude',
      args: ['--resume', theId],
      env: { CLAUDE_CONFIG_DIR: '/me/.claude-spare' },
      unset: inherited,
      cwd: '/me/work',
      shell: `cd '/me/work' && env ${withoutInherited} CLAUDE_CONFIG_DIR='/me/.claude-spare' claude --resume ${theId}`,
      powershell: [
        "Set-Location -ErrorAction Stop -LiteralPath '/me/work'",
        `Remove-Item -ErrorAction Ignore ${inherited.map((name) => `Env:${name}`).join(',')}`,
        "$env:CLAUDE_CONFIG_DIR = '/me/.claude-spare'",
        `& 'claude' '--resume' '${theId}'`,
      ].join('; '),
      cmd: `cd /d "/me/work" && (${inherited.map((name) => `set "${name}="`).join(' & ')} & set "CLAUDE_CONFIG_DIR=/me/.claude-spare" & claude --resume ${theId})`,
    });
  });

  test('is one of the shells of Windows only if they pass everything on as it is', () => {
    expect(windowsLines('it’s & it')).toEqual(["'--' 'it’’s & it'", ' -- "it’s & it")']);
    expect(windowsLines("it's 5%")).toEqual(["'--' 'it''s 5%'", undefined]);
    expect(windowsLines('say "it"')).toEqual([undefined, undefined]);
    expect(windowsLines(String.raw`C:\x` + '\\')).toEqual([undefined, undefined]);
  });

  test('keeps the spelling of the account home, which on macOS names the login in the keychain', () => {
    const accountHome = '/me/.//claude-spare/';
    const { env, shell } = resumeCommand(theId, { ...where, accountHome });
    expect(env).toEqual({ CLAUDE_CONFIG_DIR: accountHome });
    expect(shell).toContain(` CLAUDE_CONFIG_DIR='${accountHome}' `);
  });

  test('has the flag, the extra arguments and the prompt in this order', () => {
    const command = resumeCommand(theId, {
      ...where,
      program: '/opt/claude code/claude',
      extraArgs: ['--model', 'opus', '-p', '--fork-session', ''],
      prompt: '--go on!',
      dangerouslySkipPermissions: true,
    });
    expect(command.file).toBe('/opt/claude code/claude');
    expect(command.args).toEqual(
      `--resume ${theId} --dangerously-skip-permissions --model opus -p --fork-session `
        .split(' ')
        .concat('--', '--go on!'),
    );
    expect(command.shell).toContain(
      ` '/opt/claude code/claude' --resume ${theId} --dangerously-skip-permissions ` +
        `--model opus -p --fork-session '' -- '--go on!'`,
    );
  });

  test('skips no permissions unless told to', () => {
    const { args } = resumeCommand(theId, { ...where, dangerouslySkipPermissions: false });
    expect(args).toEqual(['--resume', theId]);
  });

  test('leaves the variables set that are to be kept, and no others', () => {
    const { unset, shell } = resumeCommand(theId, { ...where, keepVariables: logins.slice(0, 2) });
    expect(unset).toEqual(inherited.filter((name) => !logins.slice(0, 2).includes(name)));
    expect(shell).not.toContain('-u ANTHROPIC_API_KEY');
    expect(shell).toContain('-u CLAUDE_CODE_OAUTH_TOKEN');
  });

  test('keeps the spelling of the id', () => {
    const upper = parseResumeUUID(theId.toUpperCase()) ?? theId;
    expect(resumeCommand(upper, where).args).toEqual(['--resume', theId.toUpperCase()]);
  });

  test.each([
    ['/me/.claude', '/me/.claude'],
    ['/me/.claude/', '/me/.claude'],
    ['/me/.claude', '/me/.claude//'],
  ])(
    'leaves the variable unset for the default home (%s, %s)',
    (accountHome, defaultAccountHome) => {
      const { env, unset, shell } = resumeCommand(theId, {
        ...where,
        accountHome,
        defaultAccountHome,
      });
      expect(env).toEqual({});
      expect(unset).toEqual([...inherited, 'CLAUDE_CONFIG_DIR']);
      expect(shell).toContain(`${withoutInherited} -u CLAUDE_CONFIG_DIR claude --resume`);
      expect(shell).not.toContain('CLAUDE_CONFIG_DIR=');
    },
  );

  test.each([undefined, '/me/.claude', '/me/.claude-spar', '/ME/.claude-spare'])(
    'sets the variable where the default home is %s',
    (defaultAccountHome) => {
      const { env, unset } = resumeCommand(theId, { ...where, defaultAccountHome });
      expect(env).toEqual({ CLAUDE_CONFIG_DIR: where.accountHome });
      expect(unset).toEqual(inherited);
    },
  );

  test('is not changed by what was done to another one', () => {
    const first = resumeCommand(theId, where);
    Reflect.apply(Array.prototype.pop, first.unset, []);
    expect(resumeCommand(theId, where).unset).toEqual(inherited);
  });
});

describe('refused is', () => {
  test.each(inWords(['', 'fix the login bug', `${theId}\n`, `${theId}; reboot`]))(
    'the id %s',
    (_, id) => {
      expect(refusals(where, id)).toEqual(['invalid-argument sessionId']);
    },
  );

  test.each(inWords(['\n', '\r', '\t', '\u001b[2J', '\u007f', '\u0085', '\ud800']))(
    'a text with %s in it, wherever it stands',
    (_, bad) => {
      const path = `/me/${bad}`;
      const options = {
        accountHome: path,
        defaultAccountHome: path,
        cwd: path,
        program: path,
        prompt: bad,
        extraArgs: [bad],
      };
      const names = ['accountHome', 'cwd', 'defaultAccountHome', 'program', 'prompt'];
      expect(refusals(options)).toEqual(
        [...names, 'extraArgs[0]'].map((name) => `invalid-argument options.${name}`),
      );
    },
  );

  test('a NUL character', () => {
    const options = { accountHome: '/a\0', cwd: '/b\0', extraArgs: ['--model', '\0'] };
    expect(refusals(options)).toEqual([
      'invalid-argument options.accountHome',
      'invalid-argument options.cwd',
      'invalid-argument options.extraArgs[1]',
    ]);
  });

  test('a path that is none, or that a shell would have to expand', () => {
    const options = { accountHome: '~/.claude', cwd: 'work', defaultAccountHome: '' };
    expect(refusals(options)).toEqual([
      'invalid-argument options.accountHome',
      'invalid-argument options.cwd',
      'invalid-argument options.defaultAccountHome',
    ]);
    expect(refusals({})).toEqual([
      'invalid-argument options.accountHome',
      'invalid-argument options.cwd',
    ]);
  });

  test.each(
    inWords(['', '-claude', '~/claude', 'bin/claude', './claude', 'a=b', '/opt/a=b/claude', 7]),
  )('program %s', (_, program) => {
    expect(refusals({ ...where, program })).toEqual(['invalid-argument options.program']);
  });

  test.each(
    inWords([
      '--resume',
      `--resume=${theId}`,
      '-r',
      `-r${theId}`,
      '-pr',
      '--continue',
      '-c',
      '-pc',
      '--session-id',
      `--session-id=${theId}`,
      '--from-pr',
      '--',
      7,
      null,
    ]),
  )('the extra argument %s', (_, arg) => {
    expect(refusals({ ...where, extraArgs: ['-p', arg] })).toEqual([
      'invalid-argument options.extraArgs[1]',
    ]);
  });

  test('a hole among the extra arguments', () => {
    const extraArgs: string[] = [];
    extraArgs[1] = '-p';
    expect(refusals({ ...where, extraArgs })).toEqual(['invalid-argument options.extraArgs[0]']);
  });

  test.each(
    inWords([
      { extraArgs: '--model opus' },
      { prompt: '' },
      { prompt: ['go'] },
      { dangerouslySkipPermissions: 'yes' },
    ]),
  )('text %s', (_, wrong) => {
    const [name] = Object.keys(wrong);
    expect(refusals({ ...where, ...wrong })).toEqual([`invalid-argument options.${name}`]);
  });

  test('an unknown option, and what are no options', () => {
    expect(refusals({ ...where, dangerously: true })).toEqual([
      'unknown-option options.dangerously',
    ]);
    expect(refusals([])).toEqual(['invalid-argument options']);
  });

  test.each(
    inWords(['--resumes', '--continued', '--permission-mode', '-d', '-n', '-', 'resume', '-p']),
  )('extra argument %s is refused', (_, arg) => {
    const options: ResumeCommandOptions = { ...where, extraArgs: [arg] };
    expect(resumeCommand(theId, options).args.at(-1)).toBe(arg);
  });
});
