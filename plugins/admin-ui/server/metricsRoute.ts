// /metrics: how busy the server is, where Prometheus looks for it.
import type { CommandCatalogue } from '@postroom/sdk/services';
import type { FastifyInstance } from 'fastify';
import { require } from './caller.js';
import { METRICS_PATH } from './guard.js';

/** The text exposition format of Prometheus. */
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';
const COMMAND = { command: 'metrics', reads: true };

export interface MetricsServices {
  readonly commands: CommandCatalogue;
  readonly signal: AbortSignal;
}

/** The door has let in who asks from this machine; everybody else has a login or a token that covers the command. */
export function addMetricsRoute(app: FastifyInstance, { commands, signal }: MetricsServices): void {
  app.get(METRICS_PATH, async (request, reply) => {
    const author = request.caller === undefined ? 'metrics' : require(request, COMMAND).author;
    return reply.type(EXPOSITION).send(await commands.run(COMMAND.command, {}, { author, signal, progress: () => undefined }));
  });
}
