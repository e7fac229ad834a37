// Runs a mail program of the system.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';

export interface ProgramResult {
  readonly code: number;
  readonly out: Buffer;
  readonly error: string;
}

/** Runs it to its end with `input` as standard input, in a folder where what some of them leave behind is in nobody's way. */
export async function program(command: string, args: readonly string[], input: string | Buffer = ''): Promise<ProgramResult> {
  const child = spawn(command, args, { cwd: tmpdir() });
  const out: Buffer[] = [];
  let error = '';
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.on('data', (piece: Buffer) => (error += piece.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, out: Buffer.concat(out), error };
}

/** The same for one that must succeed. */
export async function succeed(command: string, args: readonly string[], input: string | Buffer = ''): Promise<Buffer> {
  const { code, out, error } = await program(command, args, input);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${error}${out.toString('latin1').slice(-2_000)}`);
  return out;
}
