// The manager's HTTP application: the guard, the API, and the page. Knows no ports: the listener hands it requests.
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { Logger } from '@postroom/sdk';
import type {
  AdminPassword,
  Authenticator,
  Certificates,
  CommandCatalogue,
  PluginCatalogue,
  SettingsService,
} from '@postroom/sdk/services';
import { type FastifyInstance, fastify } from 'fastify';
import { whenOver } from './answerEnd.js';
import { addAuthorityRoute } from './authorityRoute.js';
import { addBodyParsers } from './bodies.js';
import { identifyCaller, require } from './caller.js';
import { addCommandRoutes, nameOf } from './commandRoutes.js';
import { contributions } from './contributions.js';
import type { EventFeed } from './eventFeed.js';
import { addEventRoute } from './eventRoute.js';
import { isForPrograms, isLoopback, isOwnPage, namesThisServer, needsLogin } from './guard.js';
import { MANAGER_LIMITS } from './managerLimits.js';
import { addMetricsRoute } from './metricsRoute.js';
import { addPageRoutes } from './pageRoutes.js';
import type { PeerProcess } from './peerProcess.js';
import { HttpRefusal, problemOf, sendProblem } from './problems.js';
import { addSessionRoutes } from './sessionRoutes.js';
import type { SessionLimits, Sessions } from './sessions.js';
import { addSettingsRoutes } from './settingsRoutes.js';
import type { SetupCode } from './setupCode.js';
import type { TcpEntry } from './tcpTable.js';
import type { Tokens } from './tokens.js';
import { Turnstile } from './turnstile.js';

export interface ManagerParts {
  readonly commands: CommandCatalogue;
  readonly settings: SettingsService;
  readonly plugins: PluginCatalogue;
  readonly authenticator: Authenticator;
  readonly certificates: Pick<Certificates, 'authority'>;
  readonly adminPassword: AdminPassword;
  readonly setupCode: SetupCode;
  /** A client that came through a proxy is not on this machine, whatever address it has. */
  readonly isBehindProxy: (socket: Socket) => boolean;
  readonly peerOf: (connection: TcpEntry) => Promise<PeerProcess>;
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
  /** Called with the connection of a client that has shown a login or a token. */
  readonly onKnown?: (socket: Socket) => void;
}

export async function createApp(parts: ManagerParts): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit: MANAGER_LIMITS.json, routerOptions: { maxParamLength: 200 } });
  app.decorateRequest('caller', undefined);
  addBodyParsers(app);
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

  const asking = new Turnstile({ each: MANAGER_LIMITS.requests, all: Number.POSITIVE_INFINITY });
  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    if (!namesThisServer(host, parts.hostNames())) {
      throw new HttpRefusal(
        403,
        'host/unknown',
        `"${shortened(host)}" is no name of this server. Use its IP address, or add the name to admin-ui.allowedHosts.`,
      );
    }
    // What will answer counts, however the address is written: `/%6detrics` and `http://x/metrics` lead to /metrics.
    const path = request.routeOptions.url ?? request.url.split('?')[0] ?? '';
    if (!isForPrograms(path)) {
      return;
    }
    void reply.header('cache-control', 'no-store');
    const fetchSite = request.headers['sec-fetch-site'];
    const facts = { method: request.method, host, origin, encrypted: request.protocol === 'https' };
    if (!isOwnPage({ ...facts, fetchSite: Array.isArray(fetchSite) ? fetchSite[0] : fetchSite })) {
      throw new HttpRefusal(403, 'page/foreign', 'The request comes from a page of another site, which may not use the manager.');
    }
    const isHere = isLoopback(request.ip, request.headers) && !parts.isBehindProxy(request.raw.socket);
    if (needsLogin(request.method, path, isHere)) {
      request.caller = await identifyCaller(request, parts.sessions, parts.tokens);
      parts.onKnown?.(request.raw.socket);
      const leave = asking.enter(nameOf(request.caller));
      if (leave === undefined) {
        throw new HttpRefusal(429, 'http/429', `${MANAGER_LIMITS.requests} requests of yours wait for their answers. Read these first.`);
      }
      whenOver(reply.raw, leave);
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
  addEventRoute(app, parts);
  addAuthorityRoute(app, parts.certificates);
  await addPageRoutes(app, parts.webFolder);
  await app.ready();
  return app;
}

function shortened(host: string | undefined): string {
  return (host ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
