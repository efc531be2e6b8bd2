// Bundles a program, but memfs: bundle.mjs BUNDLER ENTRY OUTPUT.
import { builtinModules } from 'node:module';
import { basename, dirname } from 'node:path';

const [, , bundler, entry, output] = process.argv;
const external = ['memfs', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

const bundlers = {
  async esbuild() {
    const { build } = await import('esbuild');
    const options = { bundle: true, platform: 'node', format: 'esm', external: ['memfs'] };
    await build({ ...options, entryPoints: [entry], outfile: output });
  },
  async rollup() {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const bundle = await rollup({ input: entry, external, plugins: [nodeResolve()] });
    await bundle.write({ file: output, format: 'es' });
  },
  async webpack() {
    const { default: webpack } = await import('webpack');
    const externals = Object.fromEntries(external.map((name) => [name, `module ${name}`]));
    const options = {
      mode: 'production',
      target: 'node20',
      entry,
      externals,
      experiments: { outputModule: true },
      output: { path: dirname(output), filename: basename(output), module: true },
      optimization: { minimize: false },
    };
    const stats = await new Promise((resolve, reject) => {
      webpack(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
  },
};

await bundlers[bundler]();
