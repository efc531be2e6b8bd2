// Prints "PASSED FAILED" for a report of vitest; a missing report, or one without tests, is a failure.
import { existsSync, readFileSync } from 'node:fs';

const [, , path] = process.argv;
const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, success = false } = report;
const tests = (report.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
const elsewhere = tests.filter(({ status, meta }) => status !== 'passed' && meta?.runsElsewhere);
// In CI nothing may be skipped but what another check runs; a file that does not load has no failed test of its own.
const failed = numFailedTests + numPendingTests - elsewhere.length;
console.log(`${numPassedTests} ${success && numPassedTests > 0 ? failed : Math.max(1, failed)}`);
