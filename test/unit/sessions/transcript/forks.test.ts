import { describe, expect, test } from 'vitest';
import { TranscriptSummary } from '../../../../src/sessions/transcript/summary.ts';
import {
  assistant,
  attachment,
  contentOf,
  contentOfAll,
  type Members,
  system,
  toolResult,
  user,
} from './support/lines.ts';

const branches = (...lines: readonly Members[]) => contentOf(...lines).branchCount;

const start = [user('a', null), assistant('b', 'a')] as const;

describe('one branch:', () => {
  test.each<[string, readonly Members[]]>([
    ['a conversation', [...start, user('c', 'b'), assistant('d', 'c')]],
    ['a reply in two parts', [user('a', null), assistant('b', 'a', 'm'), assistant('c', 'b', 'm')]],
    ['lines that come twice', [...start, ...start, user('c', 'b'), assistant('d', 'c'), ...start]],
    [
      'a prompt that was not answered',
      [...start, user('x', 'b'), user('c', 'b'), assistant('d', 'c')],
    ],
    ['an answer with other lines behind it', [...start, attachment('c', 'b'), system('d', 'b')]],
    ['a command after the answer', [...start, user('c', 'b'), user('d', 'c')]],
    ['side chains', [...start, assistant('x', 'a', 'm', { isSidechain: true })]],
    ['progress in between', [...start, user('p', 'b', { type: 'progress' }), assistant('d', 'p')]],
    ['records in another order', [assistant('d', 'c'), user('c', 'b'), assistant('b', 'a')]],
    // As 2.1.329 and 2.1.197 write it: the first call was the last to end.
    [
      'tools called in parallel',
      [
        user('a', null),
        assistant('text', 'a', 'm1'),
        assistant('call-1', 'text', 'm1'),
        assistant('call-2', 'call-1', 'm1'),
        toolResult('result-2', 'call-2'),
        assistant('call-3', 'result-2', 'm1'),
        toolResult('result-3', 'call-3'),
        toolResult('result-1', 'call-1'),
        attachment('snapshot', 'result-1'),
        assistant('z', 'snapshot', 'm2'),
      ],
    ],
    [
      'a compaction, which starts a new tree',
      [
        ...start,
        system('c', null, { subtype: 'compact_boundary', logicalParentUuid: 'b' }),
        user('d', 'c'),
        user('e', 'd'),
        assistant('f', 'e'),
      ],
    ],
    // 2.1.197 goes on behind the old tree with what was typed.
    [
      'a compaction with a new tree and the old one',
      [
        ...start,
        system('c', null, { subtype: 'compact_boundary', logicalParentUuid: 'b' }),
        user('d', 'c'),
        user('e', 'b'),
        assistant('f', 'e'),
      ],
    ],
    [
      'a fork before a compaction',
      [
        ...start,
        assistant('x', 'a'),
        system('c', null, { subtype: 'compact_boundary', logicalParentUuid: 'b' }),
        assistant('d', 'c'),
      ],
    ],
  ])('%s', (_, lines) => {
    expect(branches(...lines)).toBe(1);
  });
});

describe('two branches:', () => {
  const both = [user('c', 'b'), user('d', 'b'), assistant('e', 'c'), assistant('f', 'd')];

  test.each<[string, readonly Members[]]>([
    ['two processes answered', [...start, ...both]],
    ['one of them goes on', [...start, ...both, user('g', 'f'), assistant('h', 'g')]],
    ['other lines are behind the answers', [...start, ...both, system('g', 'e'), user('h', 'f')]],
    [
      'other lines are before the prompts',
      [...start, system('x', 'b'), user('c', 'x'), ...both.slice(1)],
    ],
    ['the answers have no ids', [...start, ...both].map(withoutId)],
    [
      'one process compacted, the other goes on in the old tree',
      [
        ...start,
        system('c', null, { subtype: 'compact_boundary' }),
        assistant('d', 'c'),
        assistant('e', 'b'),
      ],
    ],
    [
      'a system line that only looks like a compaction',
      [...start, system('c', null), assistant('d', 'c')],
    ],
  ])('%s', (_, lines) => {
    expect(branches(...lines)).toBe(2);
  });
});

function withoutId(record: Members): Members {
  return { ...record, message: { content: [] } };
}

test('a conversation without a reply has no branch', () => {
  expect(branches(user('a', null))).toBe(0);
  expect(branches()).toBe(0);
});

test('records that follow themselves in circles of any size are counted', () => {
  for (const size of [1, 2, 3, 4, 7, 100]) {
    const next = (at: number) => `${(at + 1) % size}`;
    const ring = Array.from({ length: size }, (_, at) => user(`${at}`, next(at)));
    expect(branches(...ring, assistant('x', '0'))).toBe(1);
    expect(branches(...ring.map((record) => ({ ...record, ...circling })))).toBeLessThanOrEqual(
      size,
    );
  }
});

const circling = { type: 'assistant', message: { content: [] } };

test('a branch of 50,000 records is walked once, not once for each', () => {
  const chain = Array.from({ length: 50_000 }, (_, at) => system(`s${at + 1}`, `s${at}`));
  const ends = Array.from({ length: 50 }, (_, at) => assistant(`e${at}`, 's50000'));
  const lines = [assistant('s0', null), ...chain.toReversed(), ...ends];
  expect(contentOfAll(lines).branchCount).toBe(50);
});

test('branches of more than a million records are not counted', () => {
  const summary = new TranscriptSummary();
  const add = (text: string) =>
    summary.add({ text, bytes: text.length + 1, endsWithNewline: true });
  // A parent that is not here counts like a record.
  for (let at = 0; at < 2 ** 19; at += 1) add(`{"uuid":"${at}","parentUuid":"p${at}"}`);
  expect(summary.content().branchCount).toBe(0);
  add('{"uuid":"one more"}');
  expect(summary.content().branchCount).toBeUndefined();
});
