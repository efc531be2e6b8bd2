// Whether every test of a report of vitest has a name that can be read: test-names.mjs REPORT.
import { readFileSync } from 'node:fs';

const MOST = 100;
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
/** What a suite says of the world it runs in, which is no part of what it is about. */
const WORLD = /^(?:memory|disk) |,? ?(?:\((?:memory|disk)\)|\bin (?:memory|disk)\b),?/g;
const names = report.testResults.flatMap(({ name: file, assertionResults }) =>
  assertionResults.map(({ title, ancestorTitles }) => {
    const name = [...ancestorTitles, title].join(' ').replaceAll(WORLD, '');
    return `${file.replace(/.*\/test\//, '')}\t${name}`;
  }),
);

/** What is wrong with a name; a value that was put into it shows as JSON, or as what no name would have. */
function faultOf(name) {
  if (name.length > MOST) return `${name.length} characters`;
  if (/[\p{Cc}\uFFFD]|\{"|\["|\[object |\{ \w+: /u.test(name)) return 'holds a value';
  if (/#\d/.test(name)) return 'has a number for a subject';
  return undefined;
}

const bad = [...new Set(names)].flatMap((line) => {
  const [file, name] = line.split(/\t([^]*)/);
  const fault = faultOf(name);
  return fault === undefined ? [] : [`${file}: ${fault}: ${JSON.stringify(name.slice(0, 160))}`];
});
for (const line of bad) console.error(line);
console.log(`${names.length} names, ${bad.length} of them bad`);
process.exitCode = bad.length === 0 ? 0 : 1;
