// `npm test`: every folder of tests in a separate process, as many at a time as there are cores. The last line is the sum.
// Words after `npm test --` pick folders, at any depth: `npm test -- core/mail plugins/platform/backup`. `peers` runs only where it is asked for.
// `--long`: the suite of every store has its long form, with messages of 200 MB.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runGroup } from './testGroup.mjs';

const tests = fileURLToPath(new URL('../test/dist/', import.meta.url));
const sources = fileURLToPath(new URL('../test/', import.meta.url));
/** They need what only some machines have, and have separate scripts. */
const APART = /^(browser|peers)(\/|$)/;

/** `core/mail` -> its test files. Two levels: fine enough that a hang takes little with it, coarse enough to start few processes. */
function groups(words) {
  const found = new Map();
  for (const entry of readdirSync(sources, { recursive: true })) {
    const file = entry.split(path.sep).join('/');
    if (/\.test\.tsx?$/.test(file) && !/(^|\/)(dist|node_modules|fixtures)\//.test(file)) {
      const name = file.split('/').slice(0, -1).slice(0, 2).join('/') || 'house';
      const wanted = words.length === 0 ? !APART.test(name) : words.some((word) => name === word || file.startsWith(`${word}/`));
      if (wanted) found.set(name, [...(found.get(name) ?? []), path.join(tests, file.replace(/\.tsx?$/, '.js'))]);
    }
  }
  return [...found].sort(([one], [other]) => one.localeCompare(other));
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const words = process.argv.slice(2);
// Groups have it in their environment.
if (words.includes('--long')) process.env['STORE_SUITE'] = 'long';
const waiting = groups(words.filter((word) => word !== '--long'));
async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, files] = next;
    const result = await runGroup(files);
    const parts = [
      `${result.passed} passed`,
      `${result.failures.length} failed`,
      ...(result.skipped.length > 0 ? [`${result.skipped.length} skipped`] : []),
    ];
    say(`${result.failures.length > 0 ? 'FAIL' : 'ok  '} ${name.padEnd(28)} ${parts.join(', ')}  (${result.seconds.toFixed(1)} s)`);
    for (const title of result.skipped) say(`       skipped: ${title}`);
    for (const { title, file, reason } of result.failures) {
      say(`${title}${file === undefined ? '' : `\n  ${path.relative(tests, file)}`}\n${reason.replace(/^/gm, '    ')}\n`);
    }
    total.passed += result.passed;
    total.failed += result.failures.length;
    total.skipped += result.skipped.length;
    failures.push(...result.failures);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));

// Said in full where it happened; once more by name, for a reader who comes at the end.
for (const { title } of failures) say(`FAIL ${title}`);
if (total.passed + total.failed === 0) {
  say('No tests were found.');
}
say(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
