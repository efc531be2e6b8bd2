import type { QuotaText } from './quota-text.ts';

/** Messages of print mode that tell of no quota limit, with the fields that matter; the names are those of the answers of the stand-in. */
export const messageAlarms: readonly QuotaText[] = [
  {
    name: 'the result of no claim',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:03Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 429,
      api_error_type: 'rate_limit_error',
      result:
        "API Error: Server is temporarily limiting requests (not your usage limit) · This request would exceed your account's rate limit. Please try again later.",
    },
  },
  {
    name: 'the result of 429 no headers',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:15:26Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 429,
      result:
        "API Error: Server is temporarily limiting requests (not your usage limit) · This request would exceed your account's rate limit. Please try again later.",
    },
  },
  {
    name: 'the result of 529',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:29Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 529,
      api_error_type: 'overloaded_error',
      result:
        'API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (127.0.0.1:36627).',
    },
  },
  {
    name: 'the result of 500',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:15:32Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 500,
      result:
        'API Error: 500 Internal server error. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (127.0.0.1:36627).',
    },
  },
  {
    name: 'the result of 503',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:33Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 503,
      api_error_type: 'api_error',
      result:
        'API Error: 503 Service unavailable. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (127.0.0.1:36627).',
    },
  },
  {
    name: 'the result of credit',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:34Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 400,
      api_error_type: 'invalid_request_error',
      result: 'Credit balance is too low',
    },
  },
  {
    name: 'the result of api cap',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:15:38Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 400,
      result:
        'API Error: 400 You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    },
  },
  {
    name: 'the result of billing',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:39Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 402,
      api_error_type: 'billing_error',
      result:
        'API Error: 402 spend limit reached · resets Dec 8 · request an increase at https://go.corp.example.com/claude-limits',
    },
  },
  {
    name: 'the result of billing429',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:15:43Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 429,
      result:
        'API Error: Request rejected (429) · spend limit reached · resets Dec 8 · request an increase at https://go.corp.example.com/claude-limits',
    },
  },
  {
    name: 'the result of 401',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:45Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 401,
      api_error_type: 'authentication_error',
      result: 'Failed to authenticate. API Error: 401 OAuth token has expired.',
    },
  },
  {
    name: 'the result of 403',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:15:49Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 403,
      result:
        'Your organization has disabled Claude subscription access for Claude Code · Use an Anthropic API key instead, or ask your admin to enable access',
    },
  },
  {
    name: 'the event of no claim',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T20:15:03Z',
    message: {
      type: 'rate_limit_event',
      rate_limit_info: { status: 'rejected', resetsAt: 1795302600, isUsingOverage: false },
    },
  },
  {
    name: 'the event of 429 no headers',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T20:15:26Z',
    message: {
      type: 'rate_limit_event',
      rate_limit_info: { status: 'rejected', isUsingOverage: false },
    },
  },
  {
    name: 'the event of a limit that is near',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:51:54Z',
    message: {
      type: 'rate_limit_event',
      rate_limit_info: {
        status: 'allowed_warning',
        resetsAt: 1795297800,
        rateLimitType: 'five_hour',
        utilization: 0.92,
        isUsingOverage: false,
        surpassedThreshold: 0.92,
      },
    },
  },
  {
    name: 'the event of a limit that is near',
    provenance: 'Claude Code 2.1.197',
    at: '2026-11-21T19:52:00Z',
    message: {
      type: 'rate_limit_event',
      rate_limit_info: {
        status: 'allowed_warning',
        resetsAt: 1795297800,
        rateLimitType: 'five_hour',
        utilization: 0.92,
        isUsingOverage: false,
        surpassedThreshold: 0.92,
      },
    },
  },
  {
    name: 'a result that quotes the words',
    provenance: 'Claude Code 2.1.329',
    at: '2026-11-21T19:52:00Z',
    message: {
      type: 'result',
      subtype: 'success',
      is_error: false,
      result: "You've hit your session limit · resets 10:50pm (Europe/Paris)",
    },
  },
];
