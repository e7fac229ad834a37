// `process` as a plugin has it: what processProperties.ts names, with what it prints going to the host's log, and nothing that reaches beyond.
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { replace } from './moduleGate.js';
import { PROCESS_PROPERTIES } from './processProperties.js';
import { refusal, refusing } from './refusal.js';

/** `getBuiltinModule`: through the gate. */
export function closeProcess(plugin: string, getBuiltinModule: (name: unknown) => unknown): void {
  const own = process as unknown as Record<PropertyKey, unknown> & { readonly _kill: (pid: number, signal: number) => number };
  const [rawKill, { pid }, { SIGUSR1 }] = [own._kill, process, constants.signals];
  const ours: Readonly<Record<string, unknown>> = {
    _kill: (target: number, signal: number) => {
      // SIGUSR1 is for the debugger.
      if (target !== pid || signal === SIGUSR1) throw refusal('process.kill for another process');
      return Reflect.apply(rawKill, own, [target, signal]);
    },
    argv: ['node', plugin],
    execArgv: [],
    execPath: 'node',
    getBuiltinModule,
    stdin: Readable.from([]),
    stdout: printingTo(1),
    stderr: printingTo(2),
    title: plugin,
  };
  for (const key of Reflect.ownKeys(own)) {
    if (typeof key === 'symbol') continue;
    if (Object.hasOwn(ours, key)) replace(own, key, ours[key]);
    else if (!PROCESS_PROPERTIES.includes(key)) replace(own, key, isFunction(own, key) ? refusing(`process.${key}`) : undefined);
  }
}

function isFunction(owner: object, key: PropertyKey): boolean {
  return typeof Object.getOwnPropertyDescriptor(owner, key)?.value === 'function';
}

/** Node's own stream would be a socket over a native handle. */
function printingTo(fd: number): Writable {
  const write = writeSync;
  const stream = new Writable({
    decodeStrings: true,
    write: (octets: Buffer, _encoding, done) => {
      try {
        for (let sent = 0; sent < octets.length; ) sent += write(fd, octets, sent);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // The reader is gone: what is printed is lost, and that is all.
  stream.on('error', () => undefined);
  return Object.assign(stream, { fd, isTTY: false });
}
