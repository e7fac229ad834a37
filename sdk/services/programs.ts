// What the programs of the product stand on: `postroom` with its words `serve`, `setup` and `demo`. They run in a process of their own, where there may be
// no server yet.
import type { CommandCall } from '../context.js';
import type { Disposable } from '../disposable.js';
import type { PluginManifest } from '../manifest.js';
import type { ServiceId } from '../serviceId.js';
import type { Log } from './log.js';
import type { Clock } from './running.js';
import type { StallLimit } from './supervision.js';

/** The host, for the program that it starts: the module that the manifest of one bundled plugin names as `program`. */
export interface ProgramHost {
  /** Every plugin installed for a data folder, the product's own first; the folder may be missing. Without one the product's own alone. */
  installed(dataDir?: string): Promise<readonly ProgramPlugin[]>;
  /** Opens a data folder. Rejects with PostroomError where it is in use, not writable, damaged or newer. */
  openServer(options: ProgramServerOptions): Promise<ProgramServer>;
  /** What plugins do where no server can start; without a folder, what they do on the caller's files alone. */
  standalone(dataDir?: string): Promise<StandaloneServices>;
  /** A log that writes JSON lines. Loads what writes them: a command that a running server answers has no use for it. */
  createLog(level: string, destination: LogDestination): Promise<Log>;
  /** Imports a module of one of the product's own plugins, which its manifest names: from few files, where the program runs from those. */
  load(plugin: ProgramPlugin, module: string): Promise<unknown>;
}

/** Takes the lines of a log, each with its end: a stream, or what writes past one that is redirected. */
export interface LogDestination {
  write(line: string): unknown;
}

/** What the module exports as `program` that a manifest names so. Answers the exit code. */
export type Program = (argv: readonly string[], host: ProgramHost) => Promise<number>;

export interface ProgramPlugin {
  readonly id: string;
  readonly bundled: boolean;
  /** Absolute. */
  readonly folder: string;
  /** `undefined` where it cannot be read. */
  readonly manifest: PluginManifest | undefined;
  /** Sentences; a plugin with any can't be activated, and what a stranger's declares then is not to be relied on. */
  readonly problems: readonly string[];
}

export interface ProgramServerOptions {
  readonly dataDir: string;
  /** False: plugins are active for commands, but no port opens and no round runs by itself. Default true. */
  readonly serve?: boolean;
  /** Aborted where the server is to end before it has started. What waits for something then rejects; the rest of the start is brought to its end. */
  readonly ended?: AbortSignal;
  readonly log: Log;
  readonly clock?: Clock;
  /** Called after an unhandled error in the host. Without it Node's default applies: the process ends. */
  readonly onUnhandledError?: (error: unknown) => void;
  /** What becomes of the process where code in it does not end. Default: it goes on for ever. */
  readonly onStall?: StallLimit;
  /** What is to be done before any port opens. */
  readonly beforeServing?: (server: ProgramServer) => Promise<void>;
}

export interface ProgramServer {
  readonly dataDir: string;
  /** A service of the host or of a plugin. Throws `plugin/no-provider` where no active plugin provides it. */
  get<T>(service: ServiceId<T>): T;
  run(command: string, args: unknown, call: CommandCall): Promise<unknown>;
  /** Ports close, sessions and rounds end, plugins deactivate, the store closes. */
  close(): Promise<void>;
}

export interface StandaloneServices {
  /** Rejects with `plugin/no-provider` where no plugin provides it without a store. */
  get<T>(service: ServiceId<T>): Promise<T>;
  /** Runs a command that its plugin declares as `standalone` or `local`. Rejects as the command does. */
  run(command: string, args: unknown, call: CommandCall): Promise<unknown>;
}

/** Runs a command in a server. */
export type RunCommand = (command: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What a word of the command line has beyond the host. */
export interface ProgramTools extends ProgramHost {
  /** Runs commands in the server that runs on the data folder, else in one that is opened for them alone and closed afterwards. */
  withCommands<T>(dataDir: string, work: (run: RunCommand, isRunning: boolean) => Promise<T>): Promise<T>;
  /** Lets commands of other processes reach a server of this one, until it is disposed. */
  serveControl(server: ProgramServer): Promise<Disposable>;
  /** Resolves with the name of the signal that asks the process to end; from now on signals end it no longer by themselves, until it is disposed. */
  untilEnd(): { readonly toEnd: Promise<string>; dispose(): void };
  /** A command's answer as people read it. */
  show(answer: unknown): string;
}

/** What the module of a word exports as `run`. Answers the exit code. `options`: by name, as the manifest declares them. */
export type RunProgram = (options: Readonly<Record<string, unknown>>, tools: ProgramTools) => Promise<number>;
