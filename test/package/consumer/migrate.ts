import { memfs } from 'memfs';
import { isSharedStateError, requiredSharedUnder } from 'claude-shared-state';
import {
  listOriginals,
  migrate,
  type MigrationPhase,
  planMigration,
  restore,
  retireOriginals,
} from 'claude-shared-state/migrate';

const homes = ['/me/.claude-work', '/me/.claude-spare'];
const [work, spare] = ['/me/.claude-work', '/me/.claude-spare'];
const required = requiredSharedUnder('/me');
const transcript = 'projects/-app/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl';

void there().then((told) => console.log(JSON.stringify(told)));

/** The whole way in memory: the plan, there, back with one home, and what the other one set aside. */
async function there() {
  const { fs } = memfs({
    [`${work}/${transcript}`]: '{"n":1}\n{"n":2}\n',
    [`${spare}/${transcript}`]: '{"n":1}\n',
  });
  const phases = new Set<MigrationPhase>();
  const onProgress = ({ phase }: { readonly phase: MigrationPhase }) => phases.add(phase);
  const plan = await planMigration(homes, { required, fs });
  const migrated = await migrate(homes, { required, fs, onProgress });
  const isLinked = homes.every((home) => fs.lstatSync(`${home}/projects`).isSymbolicLink());
  const restored = await restore(work, { required, fs });
  const { originals } = await listOriginals(spare, { fs });
  const path = originals[0]?.path ?? '';
  const retired = await retireOriginals(path, { fs });
  return {
    outcomes: [plan.ok, migrated.outcome, isLinked, restored.outcome, retired.outcome],
    phases: [...phases],
    read: homes.map((home) => String(fs.readFileSync(`${home}/${transcript}`, 'utf8')).length),
    isGone: !fs.existsSync(path),
    refusal: await migrate([]).catch(isSharedStateError),
  };
}
