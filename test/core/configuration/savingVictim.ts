// A process that saves settings and ends itself before the n-th thing that it does to the disk: `node savingVictim.js FOLDER N`.
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const [folder = '', nth = '0'] = process.argv.slice(2);
let left = Number.POSITIVE_INFINITY;

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

const open = fs.open.bind(fs);
fs.open = async (...args: Parameters<typeof fs.open>): Promise<FileHandle> => {
  step();
  const file = await open(...args);
  const write = file.writeFile.bind(file);
  // In two halves: a kill may come between them.
  file.writeFile = async (content) => {
    const text = String(content);
    step();
    await write(text.slice(0, text.length / 2));
    step();
    await write(text.slice(text.length / 2));
  };
  watched(file, ['chmod', 'sync', 'close']);
  return file;
};
watched(fs, ['rename', 'unlink', 'writeFile']);
syncBuiltinESMExports();

const { writeAtomically } = await import('#core/configuration/atomicFile.js');
const text = await fs.readFile(path.join(folder, 'new.json'), 'utf8');
left = Number(nth);
await writeAtomically(path.join(folder, 'settings.json'), text);
