// For processes that end themselves before the n-th thing that they do to the disk, as a power cut or a kill would.
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

let left = Number.POSITIVE_INFINITY;

/** From now on; the process is not there any more when the n-th step comes. */
export function killBefore(nth: number): void {
  left = nth;
}

function step(): void {
  left -= 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
}

/** Calls `step` before each of these methods. */
function watched(target: object, methods: readonly string[]): void {
  for (const method of methods) {
    const whole = Reflect.get(target, method) as (...args: unknown[]) => unknown;
    Reflect.set(target, method, function (this: unknown, ...args: unknown[]) {
      step();
      return whole.apply(this, args);
    });
  }
}

/** Counts what node:fs/promises does to the disk. Call before anything that uses it is imported. */
export function countSteps(): void {
  const open = fs.open.bind(fs);
  fs.open = async (...args: Parameters<typeof fs.open>): Promise<FileHandle> => {
    step();
    const file = await open(...args);
    const whole = file.writeFile.bind(file);
    // In two halves: a kill may come between them.
    file.writeFile = async (content, ...options) => {
      const octets = Buffer.from(content as string);
      for (const half of [octets.subarray(0, octets.length / 2), octets.subarray(octets.length / 2)]) {
        step();
        await whole(half, ...options);
      }
    };
    watched(file, ['chmod', 'sync', 'write', 'close']);
    return file;
  };
  watched(fs, ['rename', 'unlink', 'writeFile', 'mkdir', 'mkdtemp', 'rm']);
  syncBuiltinESMExports();
}
