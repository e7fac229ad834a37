// Asks the server. Every change is remembered as the command line that would have made it.

import type { Answers, RouteAnswers } from '../answers.generated.js';
import { plainText } from '../base/format.js';
import { remember } from './lastChange.js';
import { session } from './sessionStore.js';
import { shownText } from './shownText.js';

/** An answer that is a refusal; the message is for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly body: unknown,
  ) {
    super(message);
  }
}

export interface AskOptions {
  readonly body?: unknown;
  /** Instead of a body of JSON. */
  readonly file?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked by the page itself, not by the person: does not keep the login alive. */
  readonly background?: boolean;
  readonly signal?: AbortSignal;
}

/** What a command answers; `unknown` for one whose name is only known at run time. */
export type AnswerOf<Command extends string> = Command extends keyof Answers ? Answers[Command] : unknown;
/** What a route answers, by method and path: `GET /api/settings`. */
export type RouteAnswerOf<Route extends string> = Route extends keyof RouteAnswers ? RouteAnswers[Route] : unknown;

export async function ask<Method extends string, Url extends string>(
  method: Method,
  url: Url,
  options: AskOptions = {},
): Promise<RouteAnswerOf<`${Method} ${Url}`>> {
  return (await request(method, url, options)) as RouteAnswerOf<`${Method} ${Url}`>;
}

/** Runs a command of the server. */
export async function run<Command extends string>(
  command: Command,
  args: object = {},
  options: AskOptions = {},
): Promise<AnswerOf<Command>> {
  return (await request('POST', `/api/commands/${command}`, { ...options, body: args })) as AnswerOf<Command>;
}

/** Runs a command that takes a file. */
export async function runWithFile<Command extends string>(
  command: Command,
  args: Readonly<Record<string, unknown>>,
  file: Blob,
): Promise<AnswerOf<Command>> {
  const { url, ...body } = requestOf(command, { ...args, file });
  return (await request('POST', url, body)) as AnswerOf<Command>;
}

async function request(method: string, url: string, options: AskOptions): Promise<unknown> {
  const response = await send(method, url, options);
  const body: unknown = await bodyOf(response, url).catch(() => undefined);
  if (!response.ok) throw refusal(response, body);
  return body;
}

/** A file travels as it is, with the other arguments in the address: in base64 within JSON it would cost the server several times its size. */
function requestOf(command: string, args: object): { readonly url: string; readonly body?: object; readonly file?: Blob } {
  const url = `/api/commands/${command}`;
  const entries = Object.entries(args) as readonly (readonly [string, unknown])[];
  const file = entries.map(([, value]) => value).find((value) => value instanceof Blob);
  if (file === undefined) return { url, body: args };
  const others = entries.flatMap(([name, value]) =>
    value instanceof Blob || value === undefined ? [] : [value].flat().map((each) => [name, plainText(each)]),
  );
  return { url: `${url}?${new URLSearchParams(others).toString()}`, file };
}

/** As the change is shown: a file by its name. */
function withoutFiles(args: object): object {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value instanceof File ? value.name : (value as unknown)]));
}

/** Runs a command that changes something, and remembers it. */
export async function change<Command extends string>(command: Command, args: object = {}): Promise<AnswerOf<Command>> {
  const result = await run(command, args);
  remember({ command, args });
  return result;
}

export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly of?: number;
}

/** Runs long work; `onProgress` hears of every step. */
export async function runWithProgress<Command extends string>(
  command: Command,
  args: object,
  onProgress: (progress: Progress) => void,
): Promise<AnswerOf<Command>> {
  const { url, ...body } = requestOf(command, args);
  const response = await send('POST', url, { ...body, headers: { accept: 'application/x-ndjson' } });
  if (!response.ok || response.body === null) throw refusal(response, await response.json().catch(() => undefined));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    text += value ?? '';
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const reply = JSON.parse(shownText(line)) as { progress?: Progress; result?: unknown; error?: { code: string; message: string } };
      if (reply.progress !== undefined) onProgress(reply.progress);
      if (reply.error !== undefined) throw new ApiError(reply.error.code, reply.error.message, 200, reply);
      if ('result' in reply) {
        remember({ command, args: withoutFiles(args) });
        return reply.result as AnswerOf<Command>;
      }
    }
    if (done) throw new ApiError('lost', 'The connection ended before the work did. It goes on at the server.', 0, undefined);
  }
}

/** The settings are edited as they are; all else is shown. */
async function bodyOf(response: Response, url: string): Promise<unknown> {
  const text = await response.text();
  return JSON.parse(url.startsWith('/api/settings') ? text : shownText(text));
}

async function send(method: string, url: string, { body, file, headers, background, signal }: AskOptions): Promise<Response> {
  const { csrf } = session.get();
  try {
    return await fetch(url, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(file !== undefined && { 'content-type': 'application/octet-stream' }),
        ...(csrf !== undefined && { 'x-csrf-token': csrf }),
        ...(background === true && { 'x-postroom-background': '1' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(file !== undefined && { body: file }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError('lost', 'The server does not answer. The page tries again by itself.', 0, undefined);
  }
}

function refusal(response: Response, body: unknown): ApiError {
  const { error } = (body ?? {}) as { error?: { code: string; message: string } };
  if (response.status === 423) session.set({ state: 'locked' });
  if (response.status === 401 && error?.code === 'login/needed') session.set({ state: 'login' });
  return new ApiError(
    error?.code ?? `http/${response.status}`,
    error?.message ?? `The server answered ${response.status}.`,
    response.status,
    body,
  );
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
