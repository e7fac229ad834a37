// The thread that looks whether the server's event loop still turns. Where it does not, it asks the main thread where it is, in the middle of
// what runs there: V8's inspector can, even within a regular expression that never ends.
import { openSync, readSync, writeSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { StallWorkerData } from './stallWatch.js';
import { processorMsOf, Starvation } from './starvation.js';

/** Milliseconds for the main thread to answer. */
const ANSWER_MS = 60_000;

const { beats, afterMs, everyMs, hook } = workerData as StallWorkerData;

/** Kept open: a server that has no descriptor left is the one that must be watched. */
const ownTime = process.platform === 'linux' ? openSync(`/proc/self/task/${process.pid}/stat`, 'r') : undefined;
const text = Buffer.alloc(4096);

function watch(): void {
  const starvation = new Starvation(afterMs);
  const timer = setInterval(() => {
    const beat = Atomics.load(beats, 0);
    if (starvation.look(beat, processorMs())) {
      clearInterval(timer);
      void ask(beat);
    }
  }, everyMs);
}

/** Of the main thread, where the system tells it; elsewhere of the whole process, which is more. */
function processorMs(): number {
  if (ownTime !== undefined) return processorMsOf(text.toString('latin1', 0, readSync(ownTime, text, 0, text.length, 0)));
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The main thread ends the process there. It comes back only where the loop has turned meanwhile. */
async function ask(beat: number): Promise<void> {
  const late = setTimeout(() => end('it does not say where it is'), ANSWER_MS);
  const session = new Session();
  session.connectToMainThread();
  const { exceptionDetails } = await session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('${hook}')]?.(${beat})` });
  if (exceptionDetails !== undefined) end(exceptionDetails.exception?.description ?? exceptionDetails.text);
  clearTimeout(late);
  session.disconnect();
  watch();
}

function end(why: string): void {
  // A line of the program log, which cannot be reached from here.
  const msg = `The server does nothing but calculate, and ${why}: it is killed. What was accepted is on disk.`;
  writeSync(2, `${JSON.stringify({ level: 'error', time: new Date().toISOString(), source: 'stalls', msg })}\n`);
  process.kill(process.pid, 'SIGKILL');
}

processorMs();
watch();
parentPort?.postMessage('watching');
