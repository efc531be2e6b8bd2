import type { Refusal } from './messages-api.ts';

const prefix = 'anthropic-ratelimit-unified-';

/** How the API refuses requests of a subscription whose limit is hit, until a time in seconds. */
export function limitHit(claim: string, resetsAt: number): Refusal {
  return {
    status: 429,
    type: 'rate_limit_error',
    message: "This request would exceed your account's rate limit. Please try again later.",
    headers: {
      [`${prefix}status`]: 'rejected',
      [`${prefix}reset`]: String(resetsAt),
      [`${prefix}representative-claim`]: claim,
      'retry-after': '3600',
      'x-should-retry': 'false',
    },
  };
}

/** The headers of an answer after most of the five hours' allowance is used. */
export function limitNear(resetsAt: number): Readonly<Record<string, string>> {
  return {
    [`${prefix}status`]: 'allowed_warning',
    [`${prefix}reset`]: String(resetsAt),
    [`${prefix}representative-claim`]: 'five_hour',
    [`${prefix}5h-utilization`]: '0.92',
    [`${prefix}5h-reset`]: String(resetsAt),
    [`${prefix}5h-surpassed-threshold`]: '0.92',
  };
}

/** How it refuses when the trouble is its own, and nobody's limit. */
export function troubleOfServer(status: 429 | 500 | 529, type: string): Refusal {
  return { status, type, message: type, headers: { 'x-should-retry': 'false' } };
}
