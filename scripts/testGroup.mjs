// Runs one folder of tests in a separate process and counts. A process that hangs or dies is a failure with a name, not a silence.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Longer than any test may take by its own time limit. */
const SILENCE_MS = 180_000;
/** So long may a process live on after its last test. */
const FAREWELL_MS = 15_000;

/** Resolves with { passed, failures: [{ title, file, reason }], skipped: [title], seconds } when the process has ended. Never rejects. */
export function runGroup(files) {
  const began = performance.now();
  const count = { passed: 0, failures: [], skipped: [] };
  const child = fork(fileURLToPath(new URL('testProcess.mjs', import.meta.url)), files, { execArgv: ['--enable-source-maps'] });
  let at = 'loading the tests';
  let ended = false;
  let stopped = false;
  const stop = () => {
    stopped = true;
    const reason = ended
      ? 'The tests ended and their process did not: something was left open.'
      : `Nothing happened for ${SILENCE_MS / 1000} s.`;
    count.failures.push({ title: at, file: files[0], reason });
    child.kill('SIGKILL');
  };
  let watch = setTimeout(stop, SILENCE_MS);
  return new Promise((resolve) => {
    child.on('message', (message) => {
      ended ||= message.event === 'end';
      at = message.title ?? at;
      if (message.event === 'passed') count.passed += 1;
      if (message.event === 'skipped') count.skipped.push(message.title);
      if (message.event === 'failed') count.failures.push(message);
      clearTimeout(watch);
      watch = setTimeout(stop, ended ? FAREWELL_MS : SILENCE_MS);
    });
    child.on('close', (code, signal) => {
      clearTimeout(watch);
      if (!stopped && !ended) {
        count.failures.push({ title: at, file: files[0], reason: `The process ended in the middle (${signal ?? `exit code ${code}`}).` });
      }
      resolve({ ...count, seconds: (performance.now() - began) / 1000 });
    });
  });
}
