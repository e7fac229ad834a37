// Every command at /api/commands/NAME: POST with its arguments, GET for those that change nothing.
import { PassThrough } from 'node:stream';
import { type CommandCall, type CommandProgress, fileArguments, isAdminName, PostroomError } from '@postroom/sdk';
import type { CommandCatalogue } from '@postroom/sdk/services';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { whenOver } from './answerEnd.js';
import { fileLength, isFile } from './bodies.js';
import { type Caller, require } from './caller.js';
import { MANAGER_LIMITS } from './managerLimits.js';
import { openApiDocument } from './openApi.js';
import { HttpRefusal, problemOf } from './problems.js';
import { argumentsOfQuery } from './queryArguments.js';
import type { Sessions } from './sessions.js';
import { Turnstile } from './turnstile.js';

const STREAM = 'application/x-ndjson';

export interface CommandServices {
  readonly commands: CommandCatalogue;
  readonly sessions: Sessions;
  /** Aborted when the plugin is disabled. Work goes on when the page that asked for it is left. */
  readonly signal: AbortSignal;
}

type CommandRequest = FastifyRequest<{ Params: { command: string }; Body: unknown; Querystring: Record<string, string | string[]> }>;

export function addCommandRoutes(app: FastifyInstance, services: CommandServices): void {
  const { commands } = services;
  const parts: AnswerParts = { ...services, running: new Turnstile({ each: MANAGER_LIMITS.commands, all: Number.POSITIVE_INFINITY }) };
  const uploads = new Turnstile({ each: MANAGER_LIMITS.files, all: MANAGER_LIMITS.files });
  const declared = (name: string): CommandCatalogue['declarations'][number] => {
    const found = commands.declarations.find(({ command }) => command === name);
    if (found === undefined) {
      throw new PostroomError('command/unknown', `There is no command ${name}. /api/commands lists them.`);
    }
    return found;
  };

  app.get('/api/openapi.json', () => openApiDocument(commands.declarations));
  app.get('/api/commands', () => commands.declarations);

  app.get('/api/commands/:command', (request: CommandRequest, reply) => {
    const declaration = declared(request.params.command);
    if (declaration.reads !== true) {
      void reply.header('allow', 'POST');
      return reply.code(405).send({ error: { code: 'http/405', message: `${declaration.command} changes something: use POST.` } });
    }
    return answer(request, reply, parts, { declaration, args: argumentsOfQuery(request.query, declaration.arguments) });
  });

  /** Before a file is read: whether anybody wants it. */
  const admitFile = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!isFile(request)) return;
    const declaration = declared((request as CommandRequest).params.command);
    const caller = require(request, declaration);
    if (fileArguments(declaration).length === 0) throw new HttpRefusal(415, 'http/415', `${declaration.command} takes no file: send JSON.`);
    fileLength(request);
    const leave = uploads.enter(nameOf(caller));
    if (leave === undefined) throw tooMany('Other files are being sent. Try again in a moment.', 503);
    whenOver(reply.raw, leave);
  };

  app.post('/api/commands/:command', { onRequest: admitFile }, (request: CommandRequest, reply) => {
    const declaration = declared(request.params.command);
    const { body } = request;
    if (!Buffer.isBuffer(body)) return answer(request, reply, parts, { declaration, args: body ?? {} });
    // The file is the body, and everything else stands in the address.
    const args = argumentsOfQuery(request.query, declaration.arguments);
    const name = fileArguments(declaration).find((each) => args[each] === undefined) ?? '';
    return answer(request, reply, parts, { declaration, args, octets: { [name]: body } });
  });
}

interface AnswerParts extends CommandServices {
  readonly running: Turnstile;
}

/** What a request asks for. */
interface Asked {
  readonly declaration: CommandCatalogue['declarations'][number];
  readonly args: unknown;
  readonly octets?: Readonly<Record<string, Uint8Array>>;
}

async function answer(
  request: CommandRequest,
  reply: FastifyReply,
  { commands, sessions, signal, running }: AnswerParts,
  { declaration, args, octets = {} }: Asked,
): Promise<unknown> {
  const caller = require(request, declaration);
  const leave = running.enter(nameOf(caller));
  if (leave === undefined) throw tooMany(`${MANAGER_LIMITS.commands} commands run for you already. Wait until one has ended.`);
  const run = async (progress: CommandCall['progress']): Promise<unknown> => {
    try {
      const work = async (): Promise<unknown> =>
        (await commands.run(declaration.command, args, callFor(caller, { signal, progress, octets }))) ?? {};
      return await (changesAdminPassword(declaration.command, args) ? sessions.sparing(caller.session?.id, work) : work());
    } finally {
      leave();
    }
  };
  if (request.headers.accept?.includes(STREAM) !== true) return run(() => undefined);
  return reply.type(STREAM).send(streamOf(run));
}

/** Progress a line at a time, the result last. Who does not read on misses steps, not the end. */
function streamOf(run: (progress: CommandCall['progress']) => Promise<unknown>): PassThrough {
  const stream = new PassThrough();
  const send = (line: object): void => void stream.write(`${JSON.stringify(line)}\n`);
  run((progress: CommandProgress) => {
    if (stream.writableLength < MANAGER_LIMITS.unread) send({ progress });
  }).then(
    (result) => stream.end(`${JSON.stringify({ result })}\n`),
    (error: unknown) => stream.end(`${JSON.stringify({ error: problemOf(error).problem })}\n`),
  );
  return stream;
}

function callFor({ author, token }: Caller, call: Omit<CommandCall, 'author' | 'token'>): CommandCall {
  return { ...call, author, ...(token !== undefined && { token }) };
}

/** One login or one token. */
export function nameOf({ session, token, author }: Caller): string {
  return session?.id ?? token?.id ?? author;
}

function tooMany(sentence: string, status = 429): HttpRefusal {
  return new HttpRefusal(status, `http/${status}`, sentence);
}

function changesAdminPassword(command: string, args: unknown): boolean {
  const { account, user } = (args ?? {}) as { readonly account?: unknown; readonly user?: unknown };
  return command === 'users.set-password' && typeof account === 'string' && user === undefined && isAdminName(account);
}
