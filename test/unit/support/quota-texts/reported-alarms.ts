import { inOldPane, inPane, type QuotaText } from './quota-text.ts';

const at = '2026-03-04T12:00:00Z';

/** Texts that others took for a limit, or might, from reports. */
export const reportedAlarms: readonly QuotaText[] = [
  {
    name: 'a limit that is near, 1.0.56',
    provenance: 'anthropics/claude-code#8084',
    at,
    pane: inOldPane('\n⏺ Done.').replace(
      '  ? for shortcuts',
      '  ? for shortcuts                         Approaching usage limit · resets at 10am',
    ),
  },
  {
    name: 'a limit of Opus that is near',
    provenance: 'anthropics/claude-code#8835 (comment)',
    at,
    pane: inOldPane('  ⎿  Approaching Opus usage limit · /model to use best available model'),
  },
  {
    name: 'a model that was replaced by another',
    provenance: 'anthropics/claude-code#1700',
    at,
    pane: inOldPane('  ⎿  Claude Opus 4 limit reached, now using Sonnet 4'),
  },
  {
    name: 'the rate limit of 2.1.68',
    provenance: 'anthropics/claude-code#30723',
    at,
    pane: inPane('  ⎿  API Error: Rate limit reached', '> ci sei?'),
  },
  {
    name: 'a server that slows requests down, 2.1.160',
    provenance: 'anthropics/claude-code#65902',
    at,
    pane: inPane(
      '  ⎿  API Error: Server is temporarily limiting requests (not your usage limit) ·\n     Rate limited',
    ),
  },
  {
    name: 'retries of 1.x',
    provenance: 'Wei-Shaw/claude-relay-service#56',
    at,
    pane: inOldPane(
      `  ⎿  API Error (429 {"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account's rate limit. Please try again later."}}) · Retrying in 2892 seconds… (attempt 1/10)`,
    ),
  },
  {
    name: 'a supervisor that reports on limits in a table',
    provenance: 'hivecommons/hive#42',
    at,
    pane: inPane(
      '\n⏺ │ Rate limits  │ No issues detected  │\n  │ no rate limiting, no intervention needed │',
    ),
  },
  {
    name: 'prose that begins like a limit',
    provenance: 'kunchenguid/firstmate#336',
    at,
    pane: inPane(
      "  ⎿  Claude usage limit reached. Your limit will reset at 4 PM (UTC).' and then continued with quoted text",
    ),
  },
  {
    name: 'a conversation about rate limits',
    provenance: 'zylos-ai/zylos-core#256',
    at,
    pane: inPane(
      "\n⏺ The rate limit is reached when the quota is used up:\n\n  You've hit your limit · resets 11pm (Europe/Warsaw)\n\n  Then a swap helps.",
    ),
  },
  {
    name: 'the view of usage',
    provenance: 'anthropics/claude-code#77262',
    at,
    pane: [
      '❯ /usage',
      '▔'.repeat(60),
      '  Settings  Status   Config   Usage   Stats',
      '',
      '   Current session',
      '   ██████████████████████████████████████████████████ 100% used',
      '   Resets 1:30am (Europe/Vienna)',
      '',
    ].join('\n'),
  },
  {
    name: 'a question about a limit that stands alone, 2.1.87',
    provenance: 'anthropics/claude-code#40725',
    at,
    pane: [
      ' Claude Code v2.1.87',
      '▝▜█████▛▘  Sonnet 4.6 · Claude Max',
      '',
      '  What do you want to do?',
      '',
      '  > 1. Stop and wait for limit to reset',
      '    2. Add funds to continue with extra usage',
    ].join('\n'),
  },
  {
    name: 'a spend limit of an API key',
    provenance: 'anthropics/claude-code#1047',
    at,
    message: {
      type: 'result',
      is_error: true,
      api_error_status: 400,
      result:
        'API Error: 400 You have reached your specified workspace API usage limits. You will regain access on 2025-06-01 at 00:00 UTC.',
    },
  },
];
