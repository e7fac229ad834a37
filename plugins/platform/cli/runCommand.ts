// One command of the table: asked of the running server or, without one, done on the data folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CommandCall, type CommandDeclaration, fileArguments, PostroomError } from '@postroom/sdk';
import { askLine, dataMissing, EXIT, shellWord, terminalJson, terminalText } from '@postroom/sdk/base';
import { type LogDestination, NodeCommands, type ProgramHost, ServerNode } from '@postroom/sdk/services';
import type { CommonOptions } from './commandLine.js';
import { callRunningServer } from './control/controlClient.js';
import { exitCodeOfAnswer } from './exitCodes.js';
import { print } from './print.js';
import { ProgressBar } from './progressBar.js';
import { show } from './show.js';

/** Prints the answer; resolves with the exit code. */
export async function runCommand(
  declaration: CommandDeclaration,
  args: Readonly<Record<string, unknown>>,
  options: CommonOptions,
  host: ProgramHost,
): Promise<number> {
  const bar = new ProgressBar();
  try {
    if (declaration.local === true) {
      const alone = await host.standalone();
      await print(textOf(await alone.run(declaration.command, args, callWith(bar)), options));
      return EXIT.done;
    }
    const ask = async (given: typeof args): Promise<unknown> => {
      const node = options.node === undefined ? {} : { node: options.node };
      const request = { command: declaration.command, author: 'cli', ...node, ...withFilesApart(declaration, given) };
      const answer =
        (await callRunningServer(options.data, request, (step) => bar.show(step))) ??
        (await runOffline(declaration, given, options, bar, host));
      bar.end();
      return answer.result;
    };
    const result = await ask(args);
    const { confirm, ...told } = (result ?? {}) as { readonly confirm?: unknown };
    if (typeof confirm !== 'string' || options.json) {
      await print(textOf(result, options));
      return exitCodeOfAnswer(result);
    }
    await print(textOf(told, options));
    if (process.stdin.isTTY && process.stderr.isTTY && (await isAgreed(confirm)))
      await print(textOf(await ask({ ...args, yes: true }), options));
    return EXIT.done;
  } catch (error) {
    if (options.json && error instanceof PostroomError) await print(textOf(failureOf(error), options));
    throw error;
  } finally {
    bar.end();
  }
}

/** A command that changes something only when somebody agrees says what it would ask. */
async function isAgreed(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askLine(`${question} yes or no`, 'no'));
}

/** Files go to the server as octets behind the request, not within it. */
function withFilesApart(
  declaration: CommandDeclaration,
  args: Readonly<Record<string, unknown>>,
): { readonly args: object; readonly octets: Readonly<Record<string, Uint8Array>> } {
  const files = fileArguments(declaration).filter((name) => typeof args[name] === 'string');
  const rest = Object.entries(args).filter(([name]) => !files.includes(name));
  return {
    args: Object.fromEntries(rest),
    octets: Object.fromEntries(files.map((name) => [name, Buffer.from(String(args[name]), 'base64')])),
  };
}

function textOf(answer: unknown, { json }: CommonOptions): string {
  return json ? terminalJson(JSON.stringify(answer, undefined, 2)) : terminalText(show(answer));
}

/** For scripts; people read the sentence on standard error. */
function failureOf({ code, message, fields }: PostroomError): object {
  return { error: { code, message, ...(Object.keys(fields).length > 0 && { fields }) } };
}

/** No server runs: what can work on the data folder does. */
async function runOffline(
  declaration: CommandDeclaration,
  args: Readonly<Record<string, unknown>>,
  { data: dataDir, node }: CommonOptions,
  bar: ProgressBar,
  host: ProgramHost,
): Promise<{ readonly result: unknown }> {
  const call = callWith(bar);
  if (node !== undefined) return askThroughStore({ declaration, args, node, dataDir, call }, host);
  if (declaration.offline !== true) throw notRunning(dataDir);
  if (declaration.standalone === true) {
    const alone = await host.standalone(path.resolve(dataDir));
    return plainAnswer(await alone.run(declaration.command, args, call));
  }
  if (declaration.reads === true) mustHaveData(dataDir);
  const server = await host.openServer({ dataDir, serve: false, log: await host.createLog('error', ERROR_LINES) });
  try {
    return plainAnswer(await server.run(declaration.command, args, call));
  } finally {
    await server.close();
  }
}

interface ThroughStore {
  readonly declaration: CommandDeclaration;
  readonly args: Readonly<Record<string, unknown>>;
  readonly node: string;
  readonly dataDir: string;
  readonly call: CommandCall;
}

/** The server of the data folder does not run: another one on its store may. */
async function askThroughStore(
  { declaration, args, node, dataDir, call }: ThroughStore,
  host: ProgramHost,
): Promise<{ readonly result: unknown }> {
  mustHaveData(dataDir);
  const server = await host.openServer({ dataDir, serve: false, log: await host.createLog('error', ERROR_LINES) });
  try {
    if (server.get(ServerNode).name === node && declaration.offline !== true) throw notRunning(dataDir);
    return plainAnswer(await server.get(NodeCommands).run(node, declaration.command, args, call));
  } finally {
    await server.close();
  }
}

/** A folder is not begun only to look at it. */
function mustHaveData(dataDir: string): void {
  if (!existsSync(path.join(dataDir, 'settings.json'))) throw dataMissing(dataDir);
}

function notRunning(dataDir: string): PostroomError {
  return new PostroomError(
    'command/not-running',
    `No server runs on ${path.resolve(dataDir)}. Start one: postroom serve --data ${shellWord(dataDir)}`,
  );
}

function callWith(bar: ProgressBar): CommandCall {
  return { author: 'cli', signal: new AbortController().signal, progress: (step) => bar.show(step) };
}

/** Standard error, for the lines of a log. */
const ERROR_LINES: LogDestination = { write: (line) => process.stderr.write(line) };

/** As it would come from a running server. */
function plainAnswer(result: unknown): { readonly result: unknown } {
  return { result: JSON.parse(JSON.stringify(result ?? {})) as unknown };
}
