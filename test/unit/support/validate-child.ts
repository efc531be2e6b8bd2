import { requiredSharedUnder, validateAll } from 'claude-shared-state';

// For each message with a root: validates four homes below it, and answers what it made or why not.
const send = (message: unknown) => process.send?.(message);

async function validate(root: string): Promise<unknown> {
  const homes = ['a', 'b', 'deep/c', 'd'].map((home) => `${root}/${home}`);
  try {
    const reports = await validateAll(homes, { required: requiredSharedUnder(`${root}/shared`) });
    return { created: reports.flatMap(({ created }) => created) };
  } catch (error) {
    return { failed: String(error) };
  }
}

process.on('message', (root) => {
  void validate(String(root)).then(send);
});
send('ready');
