// Runs a program of the system: no shell, English output, a time limit.
import { execFile } from 'node:child_process';

/** Runs a program to its end; `missing` where the system has none of that name. */
export type Run = (program: string, args: readonly string[]) => Promise<{ readonly exitCode: number; readonly output: string } | 'missing'>;

const LONGEST_RUN_MS = 4_000;
/** The system also says that it may not where any folder of PATH is closed to this user, and no other has the program. */
const CANNOT_RUN: ReadonlySet<unknown> = new Set(['ENOENT', 'EACCES', 'EPERM']);

export const runProgram: Run = (program, args) =>
  new Promise((resolve) => {
    const options = {
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 20,
      windowsHide: true,
      env: englishEnvironment(),
    } as const;
    execFile(program, [...args], options, (error, output) => {
      if (CANNOT_RUN.has(error?.code)) resolve('missing');
      else resolve({ exitCode: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output });
    });
  });

function englishEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' };
}
