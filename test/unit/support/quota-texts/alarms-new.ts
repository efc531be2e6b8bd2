import type { QuotaText } from './quota-text.ts';

/** Panes of Claude Code 2.1.329 that hit no limit, or no more; captured like the limits. */
export const alarmsNew: readonly QuotaText[] = [
  {
    name: 'an overload',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:46Z',
    pane: `
❯ hello

● API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a
  moment. If it persists, check your inference gateway (127.0.0.1:8080).

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯ Resend your message to try again
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'retries after an overload',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:53:01Z',
    pane: `
❯ hello

✻ 529 Overloaded · retrying in 10s · attempt 5/10
  ⎿  If it persists, check your inference gateway (127.0.0.1:8080).

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · esc to interrupt
`,
  },
  {
    name: 'an internal error',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:53:17Z',
    pane: `
❯ hello

● API Error: 500 Internal server error. This is a server-side issue, usually temporary — try
  again in a moment. If it persists, check your inference gateway (127.0.0.1:8080).

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯ Resend your message to try again
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a server that slows requests down',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:53:26Z',
    pane: `
❯ hello

● API Error: Server is temporarily limiting requests (not your usage limit) · This request
  would exceed your account's rate limit. Please try again later.

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'the rate limit of an API key',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:53:35Z',
    pane: `
❯ hello

● API Error: Request rejected (429) · This request would exceed your account's rate limit.
  Please try again later.

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a credit balance that is too low',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:53:43Z',
    pane: `
❯ hello
  ⎿  Credit balance too low · Add funds: https://platform.claude.com/settings/billing

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯ Once fixed, resend your message
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a model that quotes the words',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:54:12Z',
    pane: `
❯ hello
  ⎿  You've hit your session limit · resets 3:45pm (Europe/Paris)

✻ Brewed for 0s · done 8:54 PM

❯ what does the log say?

● The log says:

  You've hit your session limit · resets 3:45pm (Europe/Paris)

  That is the limit of the other account.

✻ Churned for 0s · done 8:54 PM

❯ and as code?

● You've hit your session limit · resets 3:45pm (Europe/Paris)

✻ Brewed for 0s · done 8:54 PM

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a prompt with the words',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:54:25Z',
    pane: `
❯ You've hit your session limit · resets 3:45pm (Europe/Paris)

● This is reply 13 of the stand-in.

✻ Crunched for 0s · done 8:54 PM

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a tool that printed the words, the model still thinking',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:58:50Z',
    pane: String.raw`
❯ print it

  Printing
  ⎿  $ printf 'one\n\n ⎿ %s\n\n' "You've hit your session limit · resets 3:45pm (Europe/Paris)"

✻ Pouncing… (2s · ↓ 1 tokens)
                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ accept edits on (shift+tab to cycle) · esc to interrupt · ← for agents
`,
  },
  {
    name: 'a diff with the words',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:04:35Z',
    pane: `
❯ write it

● Write(notes.md)
  ⎿  Wrote 4 lines to notes.md
      1 # Notes
      2
      3 You've hit your session limit · resets 3:45pm (Europe/Paris)
      4 Claude usage limit reached. Your limit will reset at 3pm (Europe/Paris).

● This is reply 2 of the stand-in.

✻ Baked for 0s · done 9:04 PM

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ accept edits on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a shell command that printed the words',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:59:32Z',
    pane: `
! echo "You've hit your session limit · resets 3:45pm (Europe/Paris)"
  ⎿  You've hit your session limit · resets 3:45pm (Europe/Paris)

● This is reply 15 of the stand-in.

✻ Baked for 0s · done 8:59 PM

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit further up, and a later prompt that was answered',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:56:03Z',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

❯ and now?

  Ran 2 shell commands

● This is reply 18 of the stand-in.

✻ Sautéed for 1s · done 8:56 PM

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit further up, and a later prompt that is being answered',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:58:29Z',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

❯ and now?

✻ Noodling…
  ⎿  Tip: Start small, ask Claude for a plan, and check its edits
                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · esc to interrupt · ← for agents
`,
  },
  {
    name: 'a limit further up, and then an overload',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:56:25Z',
    pane: `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)
     /login to switch to an API usage-billed account.

● Usage limit reached · continuing automatically at 10:50pm · esc to cancel

❯ again

● API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a
  moment. If it persists, check your inference gateway (127.0.0.1:8080).

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯ Resend your message to try again
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  },
  {
    name: 'a limit, and then the end of the program',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:00:19Z',
    pane: `
Resume this session with:
claude --resume f63e9710-3786-4c3a-b569-b9aa838e4461
$
`,
  },
  {
    name: 'a draft with the words',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:20:54Z',
    pane: `
❯ hello

● This is reply 1 of the stand-in.

✻ Churned for 0s · done 9:20 PM

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯ You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle)
`,
  },
];
