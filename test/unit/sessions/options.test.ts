import { diagnoseResume, locateTranscripts, projectKey } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { refusalOf } from '../support/migrating.ts';
import { id } from './support.ts';

test.each([
  ['diagnoseResume', diagnoseResume, id],
  ['locateTranscripts', locateTranscripts, id],
  ['projectKey', projectKey, '/work'],
])('%s refuses options that are none, as only JavaScript can give them', async (_, call, first) => {
  const calling = async () => {
    const called: unknown = await Reflect.apply(call, undefined, [first, 'fast']);
    return called;
  };

  const { problems } = await refusalOf(calling());

  expect(problems[0]).toMatchObject({ code: 'invalid-argument', value: '"fast"' });
});
