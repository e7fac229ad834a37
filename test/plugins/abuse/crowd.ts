// Many clients that hold connections without a purpose.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./crowdProcess.js', import.meta.url));

export class Crowd {
  private constructor(
    readonly open: number,
    readonly refused: number,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {}

  /** Opens `count` connections, a hundred from each address of loopback. Resolves when each was greeted or refused. */
  static async gather(port: number, count: number, says = ''): Promise<Crowd> {
    const child = spawn(process.execPath, [PROGRAM, String(port), String(count), says]);
    child.stderr.resume();
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { open, refused } = JSON.parse(line) as { open: number; refused: number };
    return new Crowd(open, refused, child);
  }

  /** They all leave. */
  async disperse(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.stdin.end();
    await gone;
  }
}

/** How many files this process may have open. */
export function mostFiles(): number {
  const report = process.report?.getReport() as { userLimits?: { open_files?: { soft?: number | string } } } | undefined;
  const soft = report?.userLimits?.open_files?.soft;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft ?? 0);
}
