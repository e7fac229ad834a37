// Every command at /api/commands/NAME: POST with its arguments, GET for those that change nothing.
import { PassThrough } from 'node:stream';
import { type CommandCall, type CommandProgress, isAdminName, PostroomError } from '@postroom/sdk';
import type { CommandCatalogue } from '@postroom/sdk/services';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { require } from './caller.js';
import { openApiDocument } from './openApi.js';
import { problemOf } from './problems.js';
import { argumentsOfQuery } from './queryArguments.js';
import type { Sessions } from './sessions.js';

/** A message in base64 for `explain`, and room to spare. */
const LARGEST_BODY = 64 * 1024 * 1024;
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
    return answer(request, reply, services, declaration, argumentsOfQuery(request.query, declaration.arguments));
  });

  app.post('/api/commands/:command', { bodyLimit: LARGEST_BODY }, (request: CommandRequest, reply) => {
    const declaration = declared(request.params.command);
    return answer(request, reply, services, declaration, request.body ?? {});
  });
}

async function answer(
  request: CommandRequest,
  reply: FastifyReply,
  { commands, sessions, signal }: CommandServices,
  declaration: CommandCatalogue['declarations'][number],
  args: unknown,
): Promise<unknown> {
  const caller = require(request, declaration);
  const run = async (progress: CommandCall['progress']): Promise<unknown> => {
    const work = async (): Promise<unknown> =>
      (await commands.run(declaration.command, args, { author: caller.author, signal, progress })) ?? {};
    return changesAdminPassword(declaration.command, args) ? sessions.sparing(caller.session?.id, work) : work();
  };
  if (request.headers.accept?.includes(STREAM) !== true) {
    return run(() => undefined);
  }
  const stream = new PassThrough();
  const send = (line: object): void => void stream.write(`${JSON.stringify(line)}\n`);
  run((progress: CommandProgress) => send({ progress })).then(
    (result) => stream.end(`${JSON.stringify({ result })}\n`),
    (error: unknown) => stream.end(`${JSON.stringify({ error: problemOf(error).problem })}\n`),
  );
  return reply.type(STREAM).send(stream);
}

function changesAdminPassword(command: string, args: unknown): boolean {
  const { account, user } = (args ?? {}) as { readonly account?: unknown; readonly user?: unknown };
  return command === 'users.set-password' && typeof account === 'string' && user === undefined && isAdminName(account);
}
