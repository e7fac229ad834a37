// One command of the table: asked of the running server or, without one, done on the data folder.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { type CommandCall, type CommandDeclaration, fileArguments, PostroomError } from '@postroom/sdk';
import { dataMissing, shellWord, terminalJson, terminalText } from '@postroom/sdk/base';
import type { CommonOptions } from './commandLine.js';
import { callRunningServer } from './controlSocket.js';
import { EXIT, exitCodeOfAnswer } from './exitCodes.js';
import { print } from './print.js';
import { ProgressBar } from './progressBar.js';
import { show } from './show.js';

/** Prints the answer; resolves with the exit code. */
export async function runCommand(
  declaration: CommandDeclaration,
  args: Readonly<Record<string, unknown>>,
  options: CommonOptions,
): Promise<number> {
  const bar = new ProgressBar();
  try {
    if (declaration.local === true) {
      const { runLocally } = await import('./standalone.js');
      await print(textOf(await runLocally(declaration.command, args, callWith(bar)), options));
      return EXIT.done;
    }
    const ask = async (given: typeof args): Promise<unknown> => {
      const request = { command: declaration.command, author: 'cli', ...withFilesApart(declaration, given) };
      const answer =
        (await callRunningServer(options.data, request, (step) => bar.show(step))) ??
        (await runOffline(declaration, given, options.data, bar));
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
  const { TerminalDialogue } = await import('./dialogue.js');
  return /^y(es)?$/i.test(await new TerminalDialogue().ask(`${question} yes or no`, 'no'));
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
  dataDir: string,
  bar: ProgressBar,
): Promise<{ readonly result: unknown }> {
  if (declaration.offline !== true) {
    throw new PostroomError(
      'command/not-running',
      `No server runs on ${path.resolve(dataDir)}. Start one: postroom serve --data ${shellWord(dataDir)}`,
    );
  }
  const call = callWith(bar);
  const { standalone } = await import('./standalone.js');
  const alone = standalone(declaration);
  if (alone !== undefined) {
    return plainAnswer(await alone(args, path.resolve(dataDir), call));
  }
  if (declaration.reads === true && !existsSync(path.join(dataDir, 'settings.json'))) {
    throw dataMissing(dataDir);
  }
  const [{ openServer }, { createLog }] = await Promise.all([import('../bootstrap.js'), import('../base/log.js')]);
  const server = await openServer({ dataDir, serve: false, log: createLog('error', new ErrorLog()) });
  try {
    return plainAnswer(await server.run(declaration.command, args, call));
  } finally {
    await server.close();
  }
}

function callWith(bar: ProgressBar): CommandCall {
  return { author: 'cli', signal: new AbortController().signal, progress: (step) => bar.show(step) };
}

/** Standard error, for the lines of a log. */
class ErrorLog extends Writable {
  override _write(line: Buffer, _encoding: string, done: () => void): void {
    process.stderr.write(line, () => done());
  }
}

/** As it would come from a running server. */
function plainAnswer(result: unknown): { readonly result: unknown } {
  return { result: JSON.parse(JSON.stringify(result ?? {})) as unknown };
}
