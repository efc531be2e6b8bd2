import { findAccountHomes } from '../../../src/homes/index.ts';

// A process that finds its own config directory, as one of those in use.
const [homeDirectory = ''] = process.argv.slice(2);
const { homes } = await findAccountHomes({ homeDirectory });
console.log(JSON.stringify(homes.map(({ accountHome, rule }) => [accountHome, rule])));
