// The manager's HTTP application: the guard, the API, and the page. Knows no ports: the listener hands it requests.
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { Logger } from '@postroom/sdk';
import type { AdminPassword, Authenticator, CommandCatalogue, PluginCatalogue, SettingsText } from '@postroom/sdk/services';
import { type FastifyInstance, fastify } from 'fastify';
import { identify, require } from './caller.js';
import { addCommandRoutes } from './commandRoutes.js';
import { contributions } from './contributions.js';
import type { EventFeed } from './eventFeed.js';
import { isForPrograms, isLoopback, isOwnPage, namesThisServer, needsLogin } from './guard.js';
import { addMetricsRoute } from './metricsRoute.js';
import { addPageRoutes } from './pageRoutes.js';
import type { Peer } from './peerProcess.js';
import { problemOf, Refusal, sendProblem } from './problems.js';
import { addSessionRoutes } from './sessionRoutes.js';
import type { SessionLimits, Sessions } from './sessions.js';
import { addSettingsRoutes } from './settingsRoutes.js';
import type { SetupCode } from './setupCode.js';
import type { Connection } from './tcpTable.js';
import type { Tokens } from './tokens.js';

export interface ManagerParts {
  readonly commands: CommandCatalogue;
  readonly settings: SettingsText;
  readonly plugins: PluginCatalogue;
  readonly authenticator: Authenticator;
  readonly adminPassword: AdminPassword;
  readonly setupCode: SetupCode;
  readonly peerOf: (connection: Connection) => Promise<Peer>;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly feed: EventFeed;
  readonly limits: () => SessionLimits;
  /** Host names of this server, besides IP addresses and localhost. */
  readonly hostNames: () => readonly string[];
  /** Folder with the built page. */
  readonly webFolder: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export async function createApp(parts: ManagerParts): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit: 1_048_576, routerOptions: { maxParamLength: 200 } });
  app.decorateRequest('caller', undefined);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, _request, reply) => {
    if (problemOf(error).unexpected) {
      parts.log.error('The manager failed at a request.', { error: String(error) });
    }
    return sendProblem(reply, error);
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // A self-made certificate and a LAN address: a browser must not be made to insist.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });

  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    if (!namesThisServer(host, parts.hostNames())) {
      throw new Refusal(
        403,
        'host/unknown',
        `"${shortened(host)}" is no name of this server. Use its IP address, or add the name to admin-ui.allowedHosts.`,
      );
    }
    const path = request.url.split('?')[0] ?? '';
    if (!isForPrograms(path)) {
      return;
    }
    void reply.header('cache-control', 'no-store');
    const fetchSite = request.headers['sec-fetch-site'];
    const facts = { method: request.method, host, origin, encrypted: request.protocol === 'https' };
    if (!isOwnPage({ ...facts, fetchSite: Array.isArray(fetchSite) ? fetchSite[0] : fetchSite })) {
      throw new Refusal(403, 'page/foreign', 'The request comes from a page of another site, which may not use the manager.');
    }
    if (needsLogin(request.method, path, isLoopback(request.ip, request.headers))) {
      request.caller = await identify(request, parts.sessions, parts.tokens);
    }
  });

  addSessionRoutes(app, parts);
  addCommandRoutes(app, parts);
  addSettingsRoutes(app, parts.settings);
  addMetricsRoute(app, parts);
  app.get('/api/contributions', (request) => {
    require(request, { command: 'plugins.list', reads: true });
    return contributions(parts.plugins, parts.settings);
  });
  app.get('/api/events', (request, reply) => {
    const caller = require(request, { command: 'status', reads: true });
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const end = parts.feed.add(reply.raw);
    const secret = caller.session?.secret;
    if (secret !== undefined) {
      const forget = parts.sessions.onEnd(secret, end);
      reply.raw.on('close', forget);
    }
  });
  await addPageRoutes(app, parts.webFolder);
  await app.ready();
  return app;
}

function shortened(host: string | undefined): string {
  return (host ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
