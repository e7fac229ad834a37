// The program log of `postroom serve`. Its readers expect JSON, so everything that this process writes becomes a line of it: warnings of Node.js, what
// code inside the host prints, and what a thread prints.
import { StringDecoder } from 'node:string_decoder';
import type { Disposable, Logger } from '@postroom/sdk';
import { cutText, terminalJson } from '@postroom/sdk/base';
import type { Log, ProgramHost } from '@postroom/sdk/services';

const LONGEST_LINE = 4_000;

export interface ProgramLog extends Disposable {
  readonly log: Log;
  /** A line on standard output for scripts, beside the log. */
  print(data: object): void;
  /** Others write as before. */
  dispose(): void;
}

/** `json`: standard output is for `print`, the log goes to standard error. */
export async function openProgramLog(json: boolean, host: Pick<ProgramHost, 'createLog'>): Promise<ProgramLog> {
  // Private writers: everything else that writes to these streams is redirected into the log.
  const [out, error] = [writerTo(process.stdout), writerTo(process.stderr)];
  const log = await host.createLog('info', json ? error : out);
  const speaker = log.forSource('output');
  const taken = [takeLines(process.stdout, (line) => speaker.info(line)), takeLines(process.stderr, (line) => speaker.warn(line))];
  const warnings = takeWarnings(log.forSource('node'));
  return {
    log,
    print: (data) => void out.write(`${terminalJson(JSON.stringify(data))}\n`),
    dispose: () => {
      for (const each of [...taken, warnings]) void each.dispose();
    },
  };
}

function writerTo(stream: NodeJS.WriteStream): { readonly write: (text: string) => boolean } {
  const write = stream.write.bind(stream);
  return { write: (text) => write(text) };
}

/** What is written to the stream goes to `tell`, line by line; what has no end yet at the latest when the process ends. */
function takeLines(stream: NodeJS.WriteStream, tell: (line: string) => void): Disposable {
  const before = Object.getOwnPropertyDescriptor(stream, 'write');
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const [first = '', ...further] = text.split('\n');
    rest = cutText(rest + first, LONGEST_LINE);
    for (const next of further) {
      if (rest.trim() !== '') tell(rest.trimEnd());
      rest = cutText(next, LONGEST_LINE);
    }
  };
  const finish = (): void => take('\n');
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: () => void): boolean => {
    take(typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
    const written = typeof encoding === 'function' ? (encoding as () => void) : done;
    if (written !== undefined) process.nextTick(written);
    return true;
  };
  stream.write = write as typeof stream.write;
  process.on('exit', finish);
  return {
    dispose: () => {
      finish();
      process.off('exit', finish);
      if (before === undefined) Reflect.deleteProperty(stream, 'write');
      else Object.defineProperty(stream, 'write', before);
    },
  };
}

/** Node.js prints warnings by its default listener, past every stream. */
function takeWarnings(log: Logger): Disposable {
  const printing = process.listeners('warning');
  const tell = ({ name, message, stack, code, detail }: Error & { readonly code?: string; readonly detail?: string }): void =>
    log.warn(`${name}: ${message}`, { code, detail, stack });
  process.removeAllListeners('warning');
  process.on('warning', tell);
  return {
    dispose: () => {
      process.off('warning', tell);
      for (const listener of printing) process.on('warning', listener);
    },
  };
}
