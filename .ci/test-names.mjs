// Whether every test of a report of vitest has a name that can be read: test-names.mjs REPORT.
import { readFileSync } from 'node:fs';

const MOST = 100;
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const names = report.testResults.flatMap(({ name: file, assertionResults }) =>
  assertionResults.flatMap(({ title, ancestorTitles }) =>
    [...ancestorTitles, title].map((name) => `${file.replace(/.*\/test\//, '')}\t${name}`),
  ),
);

/** What is wrong with a name; a value that was put into it shows as JSON, or as what no name would have. */
function faultOf(name) {
  if (name.length >= MOST) return `${name.length} characters`;
  if (/[\p{Cc}\uFFFD]|\{"|\["|\[object |\{ \w+: /u.test(name)) return 'holds a value';
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
