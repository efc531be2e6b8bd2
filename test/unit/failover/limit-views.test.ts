import { describe, expect, test } from 'vitest';
import { limitOn, readViews } from '../support/limit-views.ts';

/*
 * What the real program shows in one session, in many sizes and below many menus and dialogs, as recorded by
 * test/e2e/failover/views.test.ts. The transcript tells of the limit in all of them.
 */

/** The views from which nobody could tell, because something else is shown in place of the message. */
const hidden: Readonly<Record<string, readonly string[]>> = {
  '2.1.197': [
    'a draft of a command, narrow',
    'the detailed transcript',
    '/status',
    '/config',
    '/model',
    '/resume',
  ],
  '2.1.332': [
    '80x7',
    'a draft of a command',
    'a draft of a file',
    'a draft of a command, narrow',
    'the detailed transcript',
    '/usage',
    '/status',
    '/config',
    '/model',
    '/resume',
  ],
};

describe.each(Object.entries(hidden))('the views of Claude Code %s', (version, names) => {
  test('show no limit where there is none', () => {
    const views = readViews(version, 'calm');
    expect(views.length).toBeGreaterThanOrEqual(34);
    expect(views.filter(limitOn).map(({ name }) => name)).toEqual([]);
  });

  test('show a limit that is there, unless it is hidden', () => {
    const views = readViews(version, 'limited');
    expect(views.length).toBeGreaterThanOrEqual(34);
    expect(views.filter((view) => !limitOn(view)).map(({ name }) => name)).toEqual(names);
  });
});
