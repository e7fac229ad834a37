// What ends a program that runs in the foreground: a signal, or the end of the npx that started it.
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Disposable } from '@postroom/sdk';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** npm forwards Ctrl+C, so one key press can arrive twice. A second press after 1 s forces the exit. */
const SAME_WISH_MS = 1000;
const LOOK_EVERY_MS = 250;

export interface Wish extends Disposable {
  /** Resolves with what asked for the end. */
  readonly toEnd: Promise<string>;
  dispose(): void;
}

/**
 * Listens from now on. Called first thing, so that a signal in the middle of a start lets the start finish, and all that it opened be closed in
 * order. A second signal, a second or more after the first, ends the process at once.
 *
 * A SIGTERM for npx ends npx and its shell, which does not forward it: where npm started this process by one of `ways`, as npm names them in
 * `npm_command`, the end of the parent counts as well. `exec` is npx.
 */
export function listenForEnd(ways: readonly string[] = ['exec']): Wish {
  const { promise: toEnd, resolve } = promiseAndResolve();
  let askedAt: number | undefined;
  const ask = (signal: NodeJS.Signals): void => {
    askedAt ??= performance.now();
    if (performance.now() - askedAt > SAME_WISH_MS) process.exit(128 + constants.signals[signal]);
    resolve(signal);
  };
  for (const signal of SIGNALS) process.on(signal, ask);
  const looking = ways.includes(process.env['npm_command'] ?? '') ? lookForParent(() => resolve('the end of npm')) : undefined;
  return {
    toEnd,
    dispose: () => {
      clearInterval(looking);
      for (const signal of SIGNALS) process.off(signal, ask);
    },
  };
}

function lookForParent(ended: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  // The number of the parent changes when it ends, but on Windows.
  return setInterval(() => {
    if (process.ppid !== parent) ended();
  }, LOOK_EVERY_MS).unref();
}

function promiseAndResolve(): { readonly promise: Promise<string>; readonly resolve: (reason: string) => void } {
  let resolve: (reason: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
