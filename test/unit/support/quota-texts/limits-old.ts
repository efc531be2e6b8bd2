import type { QuotaText } from './quota-text.ts';

/** Panes of Claude Code 2.1.197 that hit a limit, against the stand-in; without the banner, blank lines and trailing space. */
export const limitsOld: readonly QuotaText[] = [
  {
    name: 'a session limit',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:01Z',
    limit: 'session',
    resets: '2026-11-21T21:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Cooked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a weekly limit, with a question',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:09Z',
    limit: 'weekly',
    resets: '2026-11-25T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Sautéed for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'the limit of a model',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:17Z',
    limit: 'model',
    resets: '2026-11-25T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your Opus limit · resets Nov 25, 4:50am (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Churned for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'the limit of another model',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:25Z',
    limit: 'model',
    resets: '2026-11-25T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your Fable 5 limit · resets Nov 25, 4:50am (Europe/Paris)

✻ Sautéed for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a spend limit',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:33Z',
    limit: 'spend',
    pane: `
❯ hello
  ⎿  You've hit your monthly spend limit · raise it at claude.ai/settings/usage
     /login to switch to an API usage-billed account.

✻ Worked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'used up credits',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:42Z',
    limit: 'spend',
    resets: '2026-11-30T03:50:00.000Z',
    pane: `
❯ hello
  ⎿  You're out of usage credits · resets Nov 30, 4:50am (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Churned for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a session limit in 40 columns',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:58:46Z',
    limit: 'session',
    pane: `
           Claude Code v2.1.197

❯ hello
  ⎿  You've hit your session limit ·
     resets 10:50pm (Europe/Paris)
     /login to switch to an API
     usage-billed account.

✻ Brewed for 0s

────────────────────────────────────────
❯
────────────────────────────────────────
  ? for shortcuts · ← for agents
                      ● high · /effort
`,
  },
  {
    name: 'a limit after the output of a tool',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:59:17Z',
    limit: 'session',
    pane: String.raw`
❯ go

● Bash(printf "one\ntwo\n")
  ⎿  one
     two
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Worked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ accept edits on (shift+tab to cycle) · ← for agents                          ● high · /effort
`,
  },
  {
    name: 'a limit that was hit twice',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:00:37Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Crunched for 0s

❯ and again
  ⎿  You've hit your session limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Baked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit, with a draft in the input box',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:56:19Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Baked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯ a draft that was never sent
────────────────────────────────────────────────────────────────────────────────────────────────────
                                                                                  ● high · /effort
`,
  },
  {
    name: 'a limit after a prompt that met an overload',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:56:43Z',
    limit: 'session',
    pane: `
❯ hello

● API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a
  moment. If it persists, check your inference gateway (127.0.0.1:8080).

✻ Crunched for 0s

❯ again
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Churned for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit after a turn that went well',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:56:55Z',
    limit: 'session',
    pane: `
❯ hello

● This is reply 21 of the stand-in.

✻ Brewed for 0s

❯ again
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Cooked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit that ends in the next year',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:04:52Z',
    limit: 'weekly',
    resets: '2027-01-20T20:00:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your weekly limit · resets Jan 20, 2027, 9pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Cogitated for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit told in a zone with half an hour',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:05:11Z',
    limit: 'session',
    resets: '2026-11-21T22:00:00.000Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 3:30am (Asia/Kolkata)
     /login to switch to an API usage-billed account.

✻ Cooked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit, and a look at the status or an Escape',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:00:52Z',
    limit: 'session',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Crunched for 0s

❯ /status
  ⎿  Settings dialog dismissed

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a session limit, with a question that came by itself',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:26:30Z',
    limit: 'session',
    resets: '2026-11-21T22:25:00.000Z',
    pane: `
❯ Hello
  ⎿  You've hit your session limit · resets 11:25pm (Europe/Paris)

✻ Brewed for 0s

❯ /rate-limit-options

────────────────────────────────────────────────────────────────────────────────────────────────────
  What do you want to do?

  ❯ 1. Stop and wait for limit to reset
    2. Upgrade your plan

  Enter to confirm · Esc to cancel
`,
  },
];
