import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig } from 'tsup';

const HEAD = 'dist/cli.js contains these packages, under these licenses.\n';

/** Writes down the licenses of what is bundled: each asks for its notice to be kept. */
const keepLicenses = {
  name: 'keep-licenses',
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(async ({ metafile }) => {
      const packages = new Set(Object.keys(metafile?.inputs ?? {}).flatMap(packageOf));
      const notices = await Promise.all([...packages].sort().map(noticeOf));
      await writeFile('dist/cli.LICENSES.txt', [HEAD, ...new Set(notices)].join('\n'));
    });
  },
};

/** The innermost package that a source belongs to; none for a source of this one. */
function packageOf(source) {
  const [directory] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source) ?? [];
  return directory === undefined ? [] : [directory];
}

async function noticeOf(directory) {
  const { name, version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((it) => /^licen[cs]e/i.test(it));
  if (file === undefined) throw new Error(`${directory} has no license to be kept`);
  return `--- ${name} ${version}\n\n${(await readFile(join(directory, file), 'utf8')).trim()}\n`;
}

/** The command: one file that needs nothing beside it. The library is built by the settings in package.json. */
export default defineConfig({
  config: false,
  entry: { cli: 'src/cli/bin.ts' },
  format: 'esm',
  target: 'node20',
  noExternal: [/./],
  // Some of what is bundled is CommonJS, and requires parts of Node.
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module';",
      'const require = requireFrom(import.meta.url);',
    ].join('\n'),
  },
  removeNodeProtocol: false,
  splitting: false,
  dts: false,
  esbuildPlugins: [keepLicenses],
  esbuildOptions: (options) => {
    // What jsonc-parser has for Node requires its parts where no bundler sees it.
    options.mainFields = ['module', 'main'];
  },
  onSuccess: 'node dist/cli.js man > dist/claude-shared-state.1',
});
