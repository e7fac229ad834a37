// The process that runs a plugin: behind a fence it is the child of the fence's own, which is what was started.
import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** Fences are two processes deep; nothing of theirs has two children. */
const DEEPEST = 4;

export class ProcessTree {
  #node: number | undefined;

  /** `pid`: what was started. */
  constructor(private readonly pid: number) {}

  /** The process id of Node as this machine sees it; that of what was started where the system does not tell. */
  async node(): Promise<number> {
    if (this.#node !== undefined) return this.#node;
    let last = this.pid;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const child = await firstChild(last);
      if (child === undefined) break;
      last = child;
    }
    // While it starts there may be a shell where Node will be.
    if (await isNode(last)) this.#node = last;
    return last;
  }
}

async function firstChild(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const first = Number.parseInt(children, 10);
  return Number.isNaN(first) ? undefined : first;
}

async function isNode(pid: number): Promise<boolean> {
  const program = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  return program !== undefined && path.basename(program) === path.basename(process.execPath);
}

/** Clock ticks of processor time, all threads together; `undefined` where the system does not tell. */
export async function processorTicks(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The program's name may hold anything, brackets and spaces included.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : Number(fields[11]) + Number(fields[12]);
}
