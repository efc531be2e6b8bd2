import {
  type QuotaGateOptions,
  type QuotaObservation,
  stepQuotaGate,
} from 'claude-shared-state/failover';

/** What a daemon sees that is killed after every step. */
export function steps(observations: readonly QuotaObservation[], options?: QuotaGateOptions) {
  let saved: unknown;
  return observations.map((observation) => {
    const step = stepQuotaGate(saved, observation, options);
    saved = JSON.parse(JSON.stringify(step.state));
    return step;
  });
}

export function verdicts(observations: readonly QuotaObservation[], options?: QuotaGateOptions) {
  return steps(observations, options).map(({ verdict }) => verdict);
}
