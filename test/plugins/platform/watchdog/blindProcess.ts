// Watches for stalls while no descriptor is left, and gives some back once nothing watches. Prints what is said, a word a line.
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { watchForStalls } from '#plugins/platform/watchdog/dist/stallWatch.js';

const worker = fileURLToPath(import.meta.resolve('#plugins/platform/watchdog/dist/stallWorker.js'));
const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // There is none left.
}
const timer = setInterval(() => undefined, 1_000);
const watching = watchForStalls(60_000, () => undefined, {
  worker,
  onBlind: () => {
    for (const descriptor of taken) closeSync(descriptor);
    process.stdout.write('blind\n');
  },
  onSeeing: () => {
    process.stdout.write('seeing\n');
    clearInterval(timer);
    void watching.dispose();
  },
});
