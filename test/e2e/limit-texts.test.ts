import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { DefaultQuotaPatterns } from 'claude-shared-state/failover';
import { expect, test } from 'vitest';
import { executableOf, programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';

/*
 * The texts about limits in the programs themselves, so that a new one is noticed: each is matched by a pattern, or it
 * is left out below, with the reason.
 */

/** What a text about a limit has that stops work. */
const STOPS =
  /\b(?:hit|reached|out of|used up|paused|disabled|doesn't include|requires|set to \$0|automatically (?:at|\{when\}))/i;
const ABOUT =
  /\b(?:usage|spend|weekly|monthly|session|5-hour|Opus|Sonnet|Fable)\b.*\blimits?\b|\b(?:usage credits|extra usage|usage allocation|out of usage|include usage|usage is paused|group budget|service is disabled)\b|automatically (?:at|\{when\})/i;

/** A string of the source, in any quotes, that begins like a sentence and is no code. */
const STRING = /"((?:[^"\\\n]|\\.){10,200})"|`((?:[^`\\]|\\.){10,200})`/g;
const CODE = /[{};=]{2}|=>|&&|\|\||\?\.|\breturn\b|\bfunction\b/;
/** The words of a limit: they come before `hit your`. */
const NAME = /^(?:[a-z]+'s )?(?:(?:[a-z0-9-]+|Opus|Sonnet|Fable) ){1,3}(?:limit|budget)$/;
const NAMES = /\b(?:spend|usage|weekly|5-hour|credit|Opus|Sonnet|Fable|group)\b/;

const leftOut: readonly (readonly [reason: string, text: RegExp])[] = [
  ['a limit of the fast mode, which goes on slowly', /\bfast (?:mode|limit)\b/i],
  ['a goal or a mode that ends, beside the message', /^(?:Goal paused|Lower-priority mode)/],
  ['what a wait comes to, beside the message', /^(?:Automatic continue|Continuing automatically)/],
  [
    'a compaction, or a model, that a policy forbids',
    /^(?:Compaction unavailable|Your model policy)/,
  ],
  ['what is said after the reset', /has reset|is available again|You can continue now|^I hit my/],
  ['a choice or a setting', /^(?:Wait here|Continue automatically|Configure usage|Switched to)/],
  [
    'a dialog about credits',
    /^Out of usage credits —|raise it below|Switch models\?$|haven't reached/,
  ],
  [
    'an answer to /usage-credits',
    /^Your organization(?:'s usage credit cap| is out of usage credits)/,
  ],
  ['work goes on for a moment, and then comes the limit', /wrap(?:-up|ping up)/],
  ['a part of a message, or a label', /^… · |[Rr]equires usage credits$|^… … usage credits\.$/],
  ['another model goes on', /^Fable limit reached · continuing/],
  [
    'a setting of a plan, or its label',
    /^A pooled budget|^(?:monthly|member|new|plan|organization) .*limit$/i,
  ],
];

/** The strings of a program that say that a limit stops work, with `…` for what is filled in. */
async function limitTexts(path: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let rest = '';
  for await (const chunk of createReadStream(path, {
    encoding: 'latin1',
    highWaterMark: 2 ** 24,
  })) {
    const text = rest + String(chunk);
    // Most of a program isn't text.
    for (const { index } of text.matchAll(
      /hit your|reached|out of|limit\b|paused|disabled|requires usage|usage credits|set to \$0|automatically/g,
    )) {
      const around = text.slice(Math.max(0, index - 200), index + 200);
      for (const [, plain, template] of around.matchAll(STRING)) {
        const said = unescaped(plain ?? template ?? '');
        if (CODE.test(said.replaceAll('…', ''))) continue;
        const isSentence = /^[A-Z…]/.test(said) && STOPS.test(said) && ABOUT.test(said);
        if (isSentence || (NAME.test(said) && NAMES.test(said))) found.add(said);
      }
    }
    rest = text.slice(-400);
  }
  return found;
}

function unescaped(source: string): string {
  return source
    .replaceAll(/\$\{[^{}]*\}/g, '…')
    .replaceAll(/\\u\{?([0-9a-fA-F]{4})\}?|\\x([0-9a-fA-F]{2})/g, (_, long, short) =>
      String.fromCodePoint(Number.parseInt(String(long ?? short), 16)),
    )
    .replaceAll(/[’]/g, "'");
}

/** What may stand in the place of what is filled in. */
const FILLINGS = ['', 'Opus', 'weekly limit', '4pm (UTC)', 'weekly', ' · resets 4pm (UTC)'];

function isMatched(text: string): boolean {
  const said = NAME.test(text) ? `You've hit your ${text}` : text;
  const filled = FILLINGS.flatMap((filling) => [
    said.replaceAll('…', filling),
    said.replace('…', 'Opus').replaceAll('…', filling),
    said.replace('…', 'weekly limit').replaceAll('…', filling),
  ]);
  const timed = filled.map((one) => one.replace('{when}', 'at 4pm'));
  return timed.some((one) => DefaultQuotaPatterns.some(({ pattern }) => pattern.test(one.trim())));
}

function isLeftOut(text: string): boolean {
  return leftOut.some(([, pattern]) => pattern.test(text));
}

/** Those of the texts that are neither matched nor left out with a reason. */
function unknownIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => !isMatched(text) && !isLeftOut(text)).toSorted();
}

test.each(programs.map(({ name, version }) => [name, version] as const))(
  'every text about a limit in the %s program, %s, is known, or left out with a reason',
  async (name) => {
    const texts = [...(await limitTexts(executableOf(name)))];

    expect(texts.filter(isMatched).length).toBeGreaterThanOrEqual(12);
    expect(unknownIn(texts)).toEqual([]);
  },
);

test('a text about a limit that is new in a program is named, and no other text is', async () => {
  const { path } = await enterCleanRoom();
  const news = [
    "You've reached your lunar usage limit",
    'Usage credits are used up: ask your group',
  ];
  const others = [
    "You've hit your weekly limit",
    'Goal paused: usage limit reached',
    'Out of order',
  ];
  const source = [...news, ...others].map((text) => `a(${JSON.stringify(text)});`).join('');
  await writeFile(path('program'), `\0\u0001\0${source}\0`);

  expect(unknownIn([...(await limitTexts(path('program')))])).toEqual(news.toSorted());
});
