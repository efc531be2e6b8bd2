import { type CliContext, defineCommand } from '../command.ts';
import { CONFIG_VERSION, type Config } from '../config.ts';
import { actOptions, offerFile } from '../act.ts';
import { EXIT, UsageError } from '../exit.ts';
import { jsonText } from '../json.ts';
import { requireOneGroup, type Scope } from '../scope.ts';
import type { Output } from '../ui/output.ts';

export const configCommand = defineCommand({
  name: 'config',
  summary: 'print the configuration, or write it (config init)',
  description:
    'Prints the account homes and shared directories in force, and where each comes from. With init it shows what was found, asks, and writes it to the configuration file; an existing file is never overwritten.',
  arguments: '[init]',
  options: actOptions,
  needsHomes: () => false,
  async run(context, values, [action]) {
    const { scope, out } = context;
    if (action !== undefined && action !== 'init') {
      throw new UsageError(`config takes no argument but init: ${action}`);
    }
    const { config } = scope;
    if (action === undefined) {
      printInForce(out, scope);
      return { exitCode: EXIT.done, body: bodyOf(scope, false) };
    }
    if (config.exists) throw new UsageError(`${config.path} already exists: edit it`);
    if (scope.homes.length === 0) throw new UsageError('there is no account home to write down');
    requireOneGroup(scope);
    const { exitCode, ...ending } = await offerFile(context, values, {
      path: config.path,
      text: jsonText(foundIn(context)),
      words: ['config', 'init'],
    });
    return { exitCode, body: { ...bodyOf(scope, ending.written), ...ending } };
  },
});

function bodyOf({ config }: Scope, written: boolean) {
  return { path: config.path, exists: config.exists || written, values: config.values, written };
}

/** What was found, as a configuration. */
function foundIn({ io, scope }: CliContext): Config & { readonly version: number } {
  const { homes, required, requiredFrom, root } = scope;
  const short = (path: string) =>
    path.startsWith(`${io.home}/`) ? `~${path.slice(io.home.length)}` : path;
  const shared = Object.fromEntries(required.map(({ name, target }) => [name, short(target)]));
  return {
    version: CONFIG_VERSION,
    homes: homes.map(short),
    ...(requiredFrom === 'home' || root === undefined ? {} : { root: short(root) }),
    ...(root === undefined ? { shared } : {}),
  };
}

const origins = {
  given: '--home',
  found: 'found',
  home: 'the default',
  agreed: 'where the homes already share',
  root: '--root',
  shared: '--shared',
} as const;

function printInForce(out: Output, scope: Scope): void {
  const { config, homes, homesFrom, otherHomes, required, requiredFrom } = scope;
  const from = (origin: keyof typeof origins | 'configured') =>
    out.paint.dim(`(${origin === 'configured' ? out.path(config.path) : origins[origin]})`);
  const file = config.exists ? '' : out.paint.dim(' (none yet: config init writes it)');
  out.words(`${out.paint.bold('configuration')} ${out.path(config.path)}${file}`, 0, 2);
  out.words(`${out.paint.bold('homes')} ${from(homesFrom)}`, 0, 2);
  for (const home of homes) out.line(`  ${out.path(home)}`);
  if (otherHomes.length > 0) out.line(`  ${out.paint.dim('found, but not used:')}`);
  for (const home of otherHomes) out.line(`  ${out.path(home)}`);
  out.words(`${out.paint.bold('shared')} ${from(requiredFrom)}`, 0, 2);
  for (const { name, target } of required) {
    out.line(`  ${name} ${out.symbols.arrow} ${out.path(target)}`);
  }
  const { archive } = config.values;
  if (archive !== undefined) {
    out.words(`${out.paint.bold('archive')} ${from('configured')}`, 0, 2);
    out.line(`  ${out.path(archive)}`);
  }
}
