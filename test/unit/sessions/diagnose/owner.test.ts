import { describe, expect, test } from 'vitest';
import { inWorld, makeFile, type World, worldKinds } from '../../support/world.ts';
import { message, type SessionStage, setSession } from '../support.ts';
import { diagnose } from './support.ts';

// All of these were tried with the real program, 2.1.332.

const [account, organization] = ['a', 'b'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-1`);
const [otherAccount, otherOrganization] = ['c', 'd'].map((d) => `${d.repeat(8)}-0000-4000-8000-1`);
const other = { accountUuid: otherAccount, organizationUuid: otherOrganization };
const own = { accountUuid: account, organizationUuid: organization };
const restricted = ['ldr'];
const login = { ...own, emailAddress: 'b@example.com' };

interface Case {
  readonly config?: object;
  readonly owners?: readonly object[];
  readonly interactive?: boolean;
  readonly programVersion?: string;
}

function set(world: World, { config = {}, owners = [other] }: Case): SessionStage {
  const stage = setSession(world);
  const { id: sessionId, cwd, homes, transcript } = stage;
  const lines = owners.map((owner) =>
    JSON.stringify({ type: 'session-owner', sessionId, ...owner }),
  );
  makeFile(world, transcript, `${message({ sessionId })}${lines.join('\n')}\n`);
  const projects = { [cwd]: { hasTrustDialogAccepted: true } };
  const all = { projects, oauthAccount: login, ...config };
  makeFile(world, `${homes[1]}/.claude.json`, JSON.stringify(all));
  return stage;
}

const on = (flag: string) => ({ cachedGrowthBookFeatures: { [flag]: true } });
const ask = on('tengu_ticklish_moon');

describe.each(worldKinds)('diagnoseResume, in %s, of a session that belongs', (kind) => {
  const cases: readonly (readonly [name: string, effect: string | undefined, given: Case])[] = [
    ['to this account', undefined, { owners: [own], config: ask }],
    [
      'to this account without an organization',
      'continues',
      { owners: [{ accountUuid: account }] },
    ],
    ['to nobody', undefined, { owners: [], config: ask }],
    ['to another account', 'continues', {}],
    [
      'to another account of the same organization',
      'continues',
      { owners: [{ ...own, accountUuid: otherAccount }] },
    ],
    [
      'to this account in another organization',
      'continues',
      { owners: [{ ...other, accountUuid: account }] },
    ],
    ['to another account after all', 'continues', { owners: [own, other] }],
    ['to this account after all', undefined, { owners: [other, own] }],
    ['to another account, and the flag is on', 'asks', { config: ask, interactive: true }],
    [
      'to another account, under 2.1.329 with its flag',
      'asks',
      { config: on('tengu_bubbly_fountain'), programVersion: '2.1.329' },
    ],
    [
      'to another account, and only the older flag is on',
      'continues',
      { config: on('tengu_bubbly_fountain'), programVersion: '2.1.332' },
    ],
    [
      'to another account, and the older cache has the flag',
      'asks',
      { config: { cachedFeatureFlags: { tengu_ticklish_moon: true } } },
    ],
    [
      'to a restricted account, before programs refused it',
      'continues',
      { owners: [{ ...other, restricted }], programVersion: '2.1.329' },
    ],
    [
      'to another account, and the flag is on in print mode',
      'continues',
      { config: ask, interactive: false },
    ],
    [
      'to another account, and nobody is logged in',
      undefined,
      { config: { oauthAccount: undefined } },
    ],
    [
      'to a restricted account',
      'refuses',
      { owners: [{ ...other, restricted }], interactive: false },
    ],
    [
      'to a restricted account, said earlier',
      'refuses',
      { owners: [{ ...other, restricted }, other] },
    ],
    [
      'to a restricted account, and nobody is logged in',
      'refuses',
      { owners: [{ ...other, restricted }], config: { oauthAccount: undefined } },
    ],
    ['to this account, which is restricted', undefined, { owners: [{ ...own, restricted }] }],
    [
      'to another account restricted in an unknown way',
      'continues',
      { owners: [{ ...other, restricted: ['x'] }] },
    ],
    [
      'to an account of another session',
      undefined,
      { owners: [own, { ...other, sessionId: otherAccount }] },
    ],
    [
      'to another account, under an old program',
      undefined,
      { config: ask, programVersion: '2.1.197' },
    ],
  ];
  test.each(cases)('%s', (_, effect, given) =>
    inWorld(kind, async (world) => {
      const stage = set(world, given);
      const { interactive = true, programVersion } = given;
      const { problems, verdict } = await diagnose(world, stage, { interactive, programVersion });
      const found = problems.filter(({ code }) => code === 'owned-by-another-account');
      expect(found).toMatchObject(effect === undefined ? [] : [{ effect }]);
      const isError = effect === 'asks' || effect === 'refuses';
      expect(found.map(({ severity }) => severity)).toEqual(
        effect === undefined ? [] : [isError ? 'error' : 'warning'],
      );
      expect(verdict === 'not-resumable').toBe(isError);
    }),
  );

  test('names both accounts', () =>
    inWorld(kind, async (world) => {
      const { problems } = await diagnose(world, set(world, { config: ask }), {
        interactive: true,
      });
      expect(problems).toMatchObject([{ owner: other, account: login }]);
      expect(problems[0]?.message).toContain(`account ${otherAccount}`);
      expect(problems[0]?.message).toContain(login.emailAddress);
    }));
});
