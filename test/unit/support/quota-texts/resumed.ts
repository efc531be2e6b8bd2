/** Panes of sessions that hit a limit, ended, and were resumed under an account without one; captured like the limits. */
export const resumedPanes: readonly (readonly [version: string, pane: string])[] = [
  [
    '2.1.329',
    `
❯ hello
  ⎿  You've hit your 5-hour limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

● Usage limit reached · continuing automatically at 11pm · esc to cancel

● Automatic continue cancelled · /rate-limit-options to re-arm

                                                                                ◐ medium · /effort
────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ⏵⏵ auto mode on (shift+tab to cycle) · ← for agents
`,
  ],
  [
    '2.1.197',
    `
❯ hello
  ⎿  You've hit your session limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Cooked for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  Press Ctrl-C again to exit                                                      ● high · /effort

Resume this session with:
claude --resume f114130d-5071-4bcd-b62f-035819bc134e

❯ hello
  ⎿  You've hit your session limit · resets 11pm (Europe/Paris)
     /login to switch to an API usage-billed account.

✻ Cogitated for 0s

────────────────────────────────────────────────────────────────────────────────────────────────────
❯
────────────────────────────────────────────────────────────────────────────────────────────────────
  ? for shortcuts · ← for agents                                                  ● high · /effort
`,
  ],
];
