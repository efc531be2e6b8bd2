import { join } from 'node:path';
import { requiredSharedUnder, validateAll } from 'claude-shared-state';

const [, , root = ''] = process.argv;
const homes = ['a', 'b'].map((name) => join(root, name));

void validateAll(homes, { required: requiredSharedUnder(root) }).then((reports) =>
  console.log(JSON.stringify(reports.map(({ ok }) => ok))),
);
