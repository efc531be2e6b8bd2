import { requiredSharedUnder, validateAll } from 'claude-shared-state';

// For each message with a root: validates four homes below it, and answers what it made or why not.
/** What a child did for one message; the first one, of nothing done, says that it is ready. */
export interface ChildAnswer {
  readonly created: readonly string[];
  readonly failed: readonly string[];
}

const send = (message: ChildAnswer) => process.send?.(message);

async function validate(root: string): Promise<ChildAnswer> {
  const homes = ['a', 'b', 'deep/c', 'd'].map((home) => `${root}/${home}`);
  try {
    const reports = await validateAll(homes, { required: requiredSharedUnder(`${root}/shared`) });
    return { created: reports.flatMap(({ created }) => created), failed: [] };
  } catch (error) {
    return { created: [], failed: [String(error)] };
  }
}

process.on('message', (root) => {
  void validate(String(root)).then(send);
});
send({ created: [], failed: [] });
