// Watching over code that runs inside the host.
import { createServiceId } from './createServiceId.js';

/** The process that the server runs in. */
export interface ServerProcess {
  /** What becomes of it where code in it does not end; `undefined` where the process is not the server's own, and it is left alone. */
  readonly stallLimit: StallLimit | undefined;
}
export const ServerProcess = createServiceId<ServerProcess>('ServerProcess');

export interface StallLimit {
  /** Milliseconds of processor time without a turn of the event loop. */
  readonly afterMs: number;
  /** Ends the process. */
  readonly end: () => void;
}

/** Plugins whose code runs inside the host, for who finds out that one of them does harm. */
export interface PluginSupervision {
  /** Whose code runs, by a stack taken in the middle of it: the plugin that stands nearest to its top. `undefined`: no plugin's. */
  culprit(stack: string): string | undefined;
  /** The next time that the plugin would be activated it becomes `failed` instead, with this sentence. */
  withhold(plugin: string, why: string): void;
  /** Shows and logs something that went wrong in a plugin's code. Does nothing for an unknown plugin. */
  noteProblem(plugin: string, sentence: string): void;
}
export const PluginSupervision = createServiceId<PluginSupervision>('PluginSupervision');
