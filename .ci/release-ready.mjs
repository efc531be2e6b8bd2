// Whether this commit can be published as a version: release-ready.mjs TAG OWNER/REPOSITORY; says all that is missing.
import { readFileSync } from 'node:fs';

const [, , tag, repository] = process.argv;
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const url = `git+https://github.com/${repository}.git`;

const missing = [
  [
    tag === `v${manifest.version}`,
    `the tag is ${tag}, the version in package.json ${manifest.version}`,
  ],
  [
    changelog.includes(`\n## [${manifest.version}] - 2`),
    `CHANGELOG.md has no dated section for ${manifest.version}`,
  ],
  // npm refuses a provenance from another repository than this.
  [
    manifest.repository?.url === url,
    `"repository" in package.json is not { "type": "git", "url": "${url}" }`,
  ],
].filter(([holds]) => !holds);

for (const [, what] of missing) console.error(what);
process.exitCode = missing.length === 0 ? 0 : 1;
