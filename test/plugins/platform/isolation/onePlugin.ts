// One plugin's process without a server around it: the code of a test in it, and its only command called from here.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Activation } from '#plugins/platform/isolation/dist/pipe/protocol.js';
import { PluginProcess, type ProcessOptions } from '#plugins/platform/isolation/dist/process/pluginProcess.js';

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

const COMMAND = 'one.run';

export class OnePlugin {
  readonly lines: LoggedLine[] = [];
  #call = 0;

  private constructor(
    private readonly root: string,
    readonly process: PluginProcess,
    lines: LoggedLine[],
  ) {
    this.lines = lines;
  }

  /** `body`: what the command does with `args`; it may import. What it returns is answered, what it throws is `{ failed, code }`. */
  static async start(body: string, options: Partial<ProcessOptions> = {}): Promise<OnePlugin> {
    const root = await mkdtemp(path.join(tmpdir(), 'postroom-one-'));
    const storagePath = path.join(root, 'storage');
    await mkdir(storagePath);
    const code = `
      const run = async (args, context) => { ${body} };
      export function activate(context) {
        context.commands.register('${COMMAND}', (args) => run(args, context).then((answer) => ({ answer }), (error) => {
          const cause = error?.cause ?? error;
          return { failed: String(cause?.message ?? cause), code: cause?.code };
        }));
      }`;
    await writeFile(path.join(root, 'plugin.mjs'), code);
    const lines: LoggedLine[] = [];
    const at = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      void lines.push({ level, message, fields });
    const started = new PluginProcess({
      plugin: 'test.one',
      storagePath,
      log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
      handlers: { 'command.add': () => undefined },
      ...options,
      readable: [root, ...(options.readable ?? [])],
    });
    const manifest = {
      name: 'one',
      publisher: 'test',
      main: './plugin.mjs',
      contributes: { commands: [{ command: COMMAND, title: 'Run' }] },
    };
    const activation: Activation = {
      id: 'test.one',
      manifest: manifest as unknown as Activation['manifest'],
      main: pathToFileURL(path.join(root, 'plugin.mjs')).href,
      folder: root,
      storagePath,
      settings: { value: {}, properties: [] },
    };
    await started.peer.call('activate', activation);
    return new OnePlugin(root, started, lines);
  }

  get storage(): string {
    return path.join(this.root, 'storage');
  }

  async run(args: object = {}): Promise<{ readonly answer?: unknown; readonly failed?: string; readonly code?: string }> {
    const request = { call: ++this.#call, command: COMMAND, args, author: 'test' };
    return (await this.process.peer.call('command', request)).data as object;
  }

  async end(): Promise<void> {
    this.process.kill('was ended');
    await this.process.ended;
    await rm(this.root, { recursive: true, force: true });
  }
}
