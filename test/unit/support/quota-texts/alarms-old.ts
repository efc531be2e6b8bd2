import type { QuotaText } from './quota-text.ts';

/** Panes of Claude Code 2.1.197 that hit no limit, or no more; captured like the limits. */
export const alarmsOld: readonly QuotaText[] = [
  {
    name: 'an overload',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:50Z',
    pane: `
❯ hello

● API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a
  moment. If it persists, check your inference gateway (127.0.0.1:8080).

✻ Cooked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'retries after an overload',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:53:13Z',
    pane: `
❯ hello

✻ API error · Retrying in 9s · attempt 5/10

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  esc to interrupt · ← for agents
`,
  },
  {
    name: 'an internal error',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:53:21Z',
    pane: `
❯ hello

● API Error: 500 Internal server error. This is a server-side issue, usually temporary — try
  again in a moment. If it persists, check your inference gateway (127.0.0.1:8080).

✻ Brewed for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a server that slows requests down',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:53:31Z',
    pane: `
❯ hello

● API Error: Server is temporarily limiting requests (not your usage limit) · This request
  would exceed your account's rate limit. Please try again later.

✻ Worked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'the rate limit of an API key',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:53:39Z',
    pane: `
❯ hello

● API Error: Request rejected (429) · This request would exceed your account's rate limit.
  Please try again later.

✻ Churned for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a credit balance that is too low',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:53:48Z',
    pane: `
❯ hello
  ⎿  Credit balance too low · Add funds: https://platform.claude.com/settings/billing

✻ Crunched for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a model that quotes the words',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:54:21Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 3:45pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Worked for 0s

❯ what does the log say?

● You've hit your session limit · resets 3:45pm (Europe/Paris)

✻ Cogitated for 0s

❯ and as code?

● This is reply 12 of the stand-in.

✻ Worked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a prompt with the words',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:54:29Z',
    pane: `
❯ You've hit your session limit · resets 3:45pm (Europe/Paris)

● This is reply 15 of the stand-in.

✻ Cogitated for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a tool that printed the words, the model still thinking',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:59:03Z',
    pane: String.raw`
❯ print it

● Bash(printf 'one\n\n  ⎿  %s\n\n' "You've hit your session limit · resets 3:45pm (Europe/Paris)")
  ⎿  one

       ⎿  You've hit your session limit · resets 3:45pm (Europe/Paris)

✽ Befuddling… (2s · ↑ 33 tokens)

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ accept edits on (shift+tab to cycle) · esc to interrupt · ← for agents       ● high · /effort
`,
  },
  {
    name: 'a tool that printed the words',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:58:45Z',
    pane: String.raw`
❯ print it

● Bash(printf '%s\n' "You've hit your session limit · resets 3:45pm (Europe/Paris)")
  ⎿  You've hit your session limit · resets 3:45pm (Europe/Paris)

● This is reply 4 of the stand-in.

✻ Churned for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ accept edits on (shift+tab to cycle) · ← for agents                          ● high · /effort
`,
  },
  {
    name: 'a diff with the words',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:04:40Z',
    pane: `
❯ write it

● Write(notes.md)
  ⎿  Wrote 4 lines to notes.md
      1 # Notes
      2
      3 You've hit your session limit · resets 3:45pm (Europe/Paris)
      4 Claude usage limit reached. Your limit will reset at 3pm (Europe/Paris).

● This is reply 4 of the stand-in.

✻ Baked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ accept edits on (shift+tab to cycle) · ← for agents                          ● high · /effort
`,
  },
  {
    name: 'a shell command that printed the words',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:59:39Z',
    pane: `
! echo "You've hit your session limit · resets 3:45pm (Europe/Paris)"
  ⎿  You've hit your session limit · resets 3:45pm (Europe/Paris)

● This is reply 16 of the stand-in.

✻ Cogitated for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit further up, and a later prompt that was answered',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:56:09Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Cogitated for 0s

❯ and now?

● This is reply 19 of the stand-in.

✻ Sautéed for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit further up, and a later prompt that is being answered',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:58:36Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Crunched for 0s

❯ and now?

✶ Actualizing…
  ⎿  Tip: Start with small features or bug fixes, tell Claude to propose a plan, and verify its
     suggested edits

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  esc to interrupt · ← for agents                                                 ● high · /effort
`,
  },
  {
    name: 'a limit further up, and then an overload',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:56:32Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Sautéed for 0s

❯ again

● API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a
  moment. If it persists, check your inference gateway (127.0.0.1:8080).

✻ Brewed for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  },
  {
    name: 'a limit, and then the end of the program',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:00:26Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Worked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  Press Ctrl-C again to exit                                                      ● high · /effort

Resume this session with:
claude --resume 864aabfa-660d-439c-9130-d452e96cde71
$
`,
  },
  {
    name: 'a draft with the words',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:20:58Z',
    pane: `
❯ hello

● This is reply 2 of the stand-in.

✻ Baked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯ You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)
────────────────────────────────────────────────────────────────────────────────────────────────────
                                                                                  ● high · /effort
`,
  },
];
