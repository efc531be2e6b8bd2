import { beforeAll, describe, expect, test } from 'vitest';
import { moduleSystems, toldBy } from './support/compiled.ts';

describe.each(moduleSystems)('without a disk, the package loaded as %s', (folder) => {
  let told: unknown;

  beforeAll(async () => {
    told = await toldBy(`${folder}/work-in-memory.ts`);
  });

  test.each(['ensureForAccount', 'ensureForAccountSync', 'validateAll', 'validateAllSync'])(
    '%s makes links in memory, and refuses what it must',
    (call) => {
      expect(told).toHaveProperty(['outcomes', call], {
        healthy: [],
        link: '/shared/.claude-projects-shared',
        unhealthy: ['not-a-symlink'],
      });
    },
  );

  test.each(['inspectAll', 'inspectAllSync'])('%s looks at links in memory', (call) => {
    expect(told).toHaveProperty(['outcomes', call], {
      healthy: [],
      link: '/shared/.claude-projects-shared',
      unhealthy: ['link-missing', 'link-missing', 'not-a-symlink'],
    });
  });

  test('nothing reaches the disk from a call with a file system in memory', () => {
    expect(told).toHaveProperty('reachedFromMemory', []);
  });

  test('a call without one does reach for the disk', () => {
    expect(told).toHaveProperty(
      'reachedWithoutFs',
      expect.arrayContaining(['statSync', 'promises.stat']),
    );
  });
});
