const one = {
  refused: ['not-a-symlink', 'not-a-symlink'],
  before: ['resumable-with-warnings', 'other-copies', 'state-not-shared'],
  plans: [true, true, true],
  outcomes: ['done', 'done', 'done', 'done', 'done'],
  phases: ['plan', 'absorb', 'cut-over', 'catch-up', 'restore', 'delete', 'archive'],
  shared: [],
  sharedSync: [],
  isLinked: [true, true],
  after: ['resumable'],
  live: [[7, true]],
  retained: 2,
  lengths: [462, 462, 462, 462],
  isGone: true,
  lost: ['not-resumable', 'transcript-not-shared'],
  args: ['--resume', '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10'],
};

/** What the consumer's `run-every-call.ts` prints, wherever it runs. */
export const everyCall = { memory: one, disk: one };
