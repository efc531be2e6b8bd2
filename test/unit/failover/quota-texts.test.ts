import { type QuotaObservation, stepQuotaGate } from 'claude-shared-state/failover';
import { expect, test } from 'vitest';
import { captured, type QuotaText, reported } from '../support/quota-texts.ts';

const texts = [...captured, ...reported];
const isLimit = ({ limit }: QuotaText) => limit !== undefined;

function twice(text: QuotaText) {
  const first = stepQuotaGate(undefined, observationOf(text, 0));
  const second = stepQuotaGate(first.state, observationOf(text, 30_000));
  return [first, second] as const;
}

function observationOf({ pane, message, at }: QuotaText, later: number): QuotaObservation {
  const seen = { session: 'build', account: 'a', at: new Date(Date.parse(at) + later) };
  return pane === undefined
    ? { ...seen, kind: 'message', message }
    : { ...seen, kind: 'pane', text: pane };
}

test.each(texts.filter(isLimit).map((text) => [text.name, text.provenance, text] as const))(
  '%s counts',
  (_name, _provenance, text) => {
    const [first, second] = twice(text);

    expect(first).toMatchObject({ verdict: 'suspected', evidence: { limit: text.limit } });
    expect(second).toMatchObject({ verdict: 'swap', evidence: { limit: text.limit } });
    const { scope, resets, continues } = text;
    expect(second).toMatchObject({
      evidence: {
        ...(scope === undefined ? {} : { scope }),
        ...(resets === undefined ? {} : { resets: { at: resets } }),
        ...(continues === undefined ? {} : { continues: { text: continues } }),
      },
    });
  },
);

test.each(
  texts.filter((text) => !isLimit(text)).map((text) => [text.name, text.provenance, text] as const),
)('%s does not count', (_name, _provenance, text) => {
  expect(twice(text).map(({ verdict }) => verdict)).toEqual(['none', 'none']);
});

test('The table has at least sixty texts, half of them false alarms, and each says where it comes from', () => {
  const limits = texts.filter(isLimit);

  expect(texts.length).toBeGreaterThanOrEqual(60);
  expect(texts.length - limits.length).toBeGreaterThanOrEqual(30);
  expect(limits.length).toBeGreaterThanOrEqual(30);
  expect(captured.length).toBeGreaterThanOrEqual(15);
  expect(texts.filter(({ provenance }) => provenance === '')).toEqual([]);
});
