import type { QuotaText } from './quota-text.ts';

/** Panes of Claude Code 2.1.329 that hit a limit, against the stand-in; without the banner, blank lines and trailing space. */
export const limitsNew: readonly QuotaText[] = [
  {
    name: 'a session limit',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:51:57Z',
    limit: 'session',
    resets: '2026-11-21T21:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10:50pm
    Continuing automatically at 10:50pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a weekly limit, with a question',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:05Z',
    limit: 'weekly',
    resets: '2026-11-25T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)

▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
  What do you want to do?

  ❯ 1. Stop and wait for limit to reset
    2. Wait here, then continue automatically at Nov 25, 4:50am

  Enter to confirm · Esc to cancel
`,
  },
  {
    name: 'the limit of a model',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:13Z',
    limit: 'model',
    resets: '2026-11-25T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your Opus limit · resets Nov 25, 4:50am (Europe/Paris)

▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
  What do you want to do?

  ❯ 1. Stop and wait for limit to reset
    2. Wait here, then continue automatically at Nov 25, 4:50am

  Enter to confirm · Esc to cancel
`,
  },
  {
    name: 'the limit of another model',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:21Z',
    limit: 'model',
    resets: '2026-11-25T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your Fable limit · resets Nov 25, 4:50am (Europe/Paris)

▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
  What do you want to do?

  ❯ 1. Stop and wait for limit to reset
    2. Wait here, then continue automatically at Nov 25, 4:50am

  Enter to confirm · Esc to cancel
`,
  },
  {
    name: 'a spend limit',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:29Z',
    limit: 'spend',
    pane: `
❯ hello
  ⎿  You've hit your monthly spend limit · raise it at
     https://claude.ai/settings/usage?from=cc_cli_limit_message · your 5-hour limit resets 10:50pm
     (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10:50pm
    Continuing automatically at 10:50pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'used up credits',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:37Z',
    limit: 'spend',
    resets: '2026-11-30T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You're out of usage credits · resets Nov 30, 4:50am (Europe/Paris)
     /login to switch to an API usage-billed account.

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a session limit in 40 columns',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:58:40Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit ·
     resets 10:50pm (Europe/Paris)

● Usage limit reached ·
  continuing automatically at
  10:50pm · esc to cancel

                    ◐ medium · /effort
────────────────────────────────────────
❯
────────────────────────────────────────
  ⚠ Usage limit reached · limit resets
  10:50pm
    Continuing automatically at
    10:50pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle)
`,
  },
  {
    name: 'a limit after the output of a tool',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:59:13Z',
    limit: 'session',
    pane: `
❯ go

  Ran 1 shell command
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10:50pm
    Continuing automatically at 10:50pm · Esc to cancel
  ⏵⏵ accept edits on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit that was hit twice',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:00:31Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 11pm (Europe/Paris)

● Usage limit reached · continuing automatically at 11pm · esc to cancel

❯ and again

● Usage limit reached again · continuing automatically at 11pm · esc to cancel
  ⎿  You've hit your 5-hour limit · resets 11pm (Europe/Paris)

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 11pm
    Continuing automatically at 11pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit, with a draft in the input box',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:56:14Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯ a draft that was never sent
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10:50pm
    Continuing automatically at 10:50pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle)
`,
  },
  {
    name: 'a limit after a prompt that met an overload',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:56:37Z',
    limit: 'session',
    pane: `
❯ hello

● API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a
  moment. If it persists, check your inference gateway (127.0.0.1:8080).

❯ again
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10:50pm
    Continuing automatically at 10:50pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit after a turn that went well',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:56:49Z',
    limit: 'session',
    pane: `
❯ hello

● This is reply 20 of the stand-in.

✻ Cogitated for 0s · done 8:56 PM

❯ again
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10:50pm
    Continuing automatically at 10:50pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit that ends in the next year',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:04:45Z',
    limit: 'weekly',
    resets: '2027-01-20T20:00:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your weekly limit · resets Jan 20, 2027, 9pm (Europe/Paris)

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit told in UTC',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:04:57Z',
    limit: 'session',
    resets: '2026-11-21T22:00:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 10pm (UTC)

● Usage limit reached · continuing automatically at 10pm · esc to cancel

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⚠ Usage limit reached · limit resets 10pm
    Continuing automatically at 10pm · Esc to cancel
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit, and a look at the status or an Escape',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:00:45Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

● Usage limit reached · continuing automatically at 11pm · esc to cancel

● Automatic continue cancelled · /rate-limit-options to re-arm

                                      Automatic continue cancelled · /rate-limit-options to re-arm
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
];
