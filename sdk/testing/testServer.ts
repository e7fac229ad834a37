// What the test host needs of a Postroom. The SDK names it, the installed Postroom supplies it (its module core/dist/testing.js): the SDK
// itself imports nothing of the server.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Clock, hasServiceInjector } from '../services.js';

export interface TestServerOptions {
  /** Holds a settings.json. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Folders of plugins: packed, unpacked and enabled as `postroom plugins add` does, before the server starts. */
  readonly plugins: readonly string[];
  /** Every line of the program log, from level `debug` up. */
  readonly onLog: (line: LogLine) => void;
}

/** A line of the program log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  /** The plugin that wrote it; `undefined` for the server itself. */
  readonly source?: string;
  readonly [field: string]: unknown;
}

/** A server without ports; its rounds run when they are asked for. */
export interface TestServer {
  /** A command of the command line: `plugins.list`, `explain` ... */
  run(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The messages in a mailbox, oldest first, as a mail client gets them. `andrew`, `andrew@company`, `admin1`. */
  messages(mailbox: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What core/dist/testing.js exports. */
export interface TestServerModule {
  /** Rejects with what is wrong where one of the plugins is not active then. */
  openTestServer(options: TestServerOptions): Promise<TestServer>;
}

let loaded: Promise<TestServerModule> | undefined;

/** The Postroom to test with: `POSTROOM_HOME`, else the one that this SDK belongs to. The same one whenever it is asked for. */
export function loadTestServer(): Promise<TestServerModule> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<TestServerModule> {
  const own = fileURLToPath(new URL('../../../', import.meta.url));
  const home = process.env['POSTROOM_HOME'] ?? own;
  const file = path.join(home, 'core', 'dist', 'testing.js');
  if (!existsSync(file)) {
    throw new Error(`There is no Postroom in ${home}. Set POSTROOM_HOME to the folder that it was installed in.`);
  }
  return (await import(hasServiceInjector() ? pathToFileURL(file).href : await quickest(home))) as TestServerModule;
}

/**
 * The build of few files starts in half the time. It is a second copy of the server, though: in a process that has loaded the other already, as
 * Postroom's own tests do, the two would take each other's services.
 */
async function quickest(home: string): Promise<string> {
  const { program } = (await import(pathToFileURL(path.join(home, 'core', 'bin', 'program.mjs')).href)) as {
    readonly program: (name: string) => string;
  };
  return program('testing');
}
