// A process of scripts/testGroup.mjs: runs the test files named on its command line and tells each event to its parent.
import { readFileSync } from 'node:fs';
import Mocha from 'mocha';
import { mochaHooks } from '../test/dist/leaks.js';

const { timeout } = JSON.parse(readFileSync(new URL('../.mocharc.json', import.meta.url), 'utf8'));

class EventReporter {
  constructor(runner) {
    const tell = (event, facts = {}) => process.send?.({ event, ...facts });
    for (const begin of ['hook', 'test']) {
      runner.on(begin, (each) => tell('begins', { title: each.fullTitle() }));
    }
    runner.on('pass', () => tell('passed'));
    runner.on('pending', (test) => tell('skipped', { title: test.fullTitle() }));
    runner.on('fail', (test, error) => tell('failed', { title: test.fullTitle(), file: test.file, reason: reasonOf(error) }));
    runner.on('end', () => tell('end'));
  }
}

function reasonOf(error) {
  const compared = 'expected' in error && 'actual' in error;
  return `${error.stack ?? error}${compared ? `\n  expected ${shown(error.expected)}\n  actual   ${shown(error.actual)}` : ''}`;
}

function shown(value) {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, undefined, 1) ?? String(value));
  return text.length > 2_000 ? `${text.slice(0, 2_000)} ...` : text;
}

const mocha = new Mocha({ timeout, forbidOnly: true, reporter: EventReporter, rootHooks: mochaHooks });
for (const file of process.argv.slice(2)) {
  mocha.addFile(file);
}
try {
  await mocha.loadFilesAsync();
  mocha.run((failures) => {
    process.exitCode = failures === 0 ? 0 : 1;
  });
} catch (error) {
  process.send?.({ event: 'failed', title: 'loading the tests', reason: reasonOf(error) });
  process.send?.({ event: 'end' });
  process.exitCode = 1;
}
