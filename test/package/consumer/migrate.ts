import { memfs } from 'memfs';
import { isSharedStateError, requiredSharedUnder } from 'claude-shared-state';
import {
  archive,
  deleteRestorePoint,
  listRestorePoints,
  migrate,
  type MigrationPhase,
  planDelete,
  planMigration,
  planRestore,
  restore,
  unarchive,
} from 'claude-shared-state/migrate';

const [work, spare] = ['/me/.claude-work', '/me/.claude-spare'];
const homes = [work, spare];
const required = requiredSharedUnder('/me');
const sessionId = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const transcript = `projects/-app/${sessionId}.jsonl`;

void everyCall().then((told) => console.log(JSON.stringify(told)));

/** Every call in memory: both homes there, one back, the other one's restore point deleted, a session archived. */
async function everyCall() {
  const { fs } = memfs({
    [`${work}/${transcript}`]: '{"n":1}\n{"n":2}\n',
    [`${spare}/${transcript}`]: '{"n":1}\n',
  });
  const phases = new Set<MigrationPhase>();
  const onProgress = ({ phase }: { readonly phase: MigrationPhase }) => phases.add(phase);
  const options = { required, fs, onProgress };

  const plan = await planMigration(homes, { required, fs });
  const migrated = await migrate(homes, options);
  const isLinked = homes.every((home) => fs.lstatSync(`${home}/projects`).isSymbolicLink());

  const restorePlan = await planRestore(work, { required, fs });
  const restored = await restore(work, options);

  const { restorePoints } = await listRestorePoints([spare], { fs });
  const path = restorePoints[0]?.path ?? '';
  const deletePlan = await planDelete(path, { fs });
  const deleted = await deleteRestorePoint(path, { fs, onProgress });

  const archived = await archive(options);
  fs.unlinkSync(`${spare}/${transcript}`);
  const unarchived = await unarchive(sessionId, { required, fs });
  return {
    plans: [plan.ok, restorePlan.ok, deletePlan.ok],
    outcomes: [migrated, restored, deleted, archived, unarchived].map(({ outcome }) => outcome),
    isLinked,
    phases: [...phases],
    read: homes.map((home) => String(fs.readFileSync(`${home}/${transcript}`, 'utf8')).length),
    isGone: !fs.existsSync(path),
    refusal: await migrate([]).catch(isSharedStateError),
  };
}
