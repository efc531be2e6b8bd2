import * as esm from 'claude-shared-state';
import cjs = require('claude-shared-state');

const errorOf = ({ validateAll }: Pick<typeof esm, 'validateAll'>): Promise<unknown> =>
  validateAll([]).catch((error: unknown) => error);
const [fromEsm, fromCjs] = await Promise.all([errorOf(esm), errorOf(cjs)]);

console.log(
  JSON.stringify({
    esmError: {
      isRecognizedByCjs: cjs.isSharedStateError(fromEsm),
      isInstanceOfEsm: fromEsm instanceof esm.SharedStateError,
      isInstanceOfCjs: fromEsm instanceof cjs.SharedStateError,
    },
    cjsError: {
      isRecognizedByEsm: esm.isSharedStateError(fromCjs),
      isInstanceOfCjs: fromCjs instanceof cjs.SharedStateError,
      isInstanceOfEsm: fromCjs instanceof esm.SharedStateError,
    },
    otherError: {
      isRecognizedByEsm: esm.isSharedStateError(new Error('other')),
      isRecognizedByCjs: cjs.isSharedStateError(new Error('other')),
    },
  }),
);
