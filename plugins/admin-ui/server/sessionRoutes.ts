// The door: ADMIN1's first password, login, lock, logout.
import type { Socket } from 'node:net';
import type { AdminPassword, Authenticator, PluginCatalogue } from '@postroom/sdk/services';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, SESSION_COOKIE, setSessionCookie } from './caller.js';
import { mayBeOwner } from './guard.js';
import { MANAGER_LIMITS } from './managerLimits.js';
import type { PeerProcess } from './peerProcess.js';
import { HttpRefusal } from './problems.js';
import type { LoginSession, SessionLimits, Sessions } from './sessions.js';
import type { SetupCode } from './setupCode.js';
import type { TcpEntry } from './tcpTable.js';

export interface SessionRouteServices {
  readonly sessions: Sessions;
  readonly authenticator: Authenticator;
  readonly adminPassword: AdminPassword;
  readonly setupCode: SetupCode;
  readonly plugins: PluginCatalogue;
  readonly isBehindProxy: (socket: Socket) => boolean;
  /** Asks the system who is at the other end of a connection of this machine. */
  readonly peerOf: (connection: TcpEntry) => Promise<PeerProcess>;
  readonly limits: () => SessionLimits;
}

const PASSWORD = { type: 'string', minLength: 1, maxLength: 1024 } as const;
/** Short passwords are guessed; the manual's advice is one that is easy to remember. */
const SHORTEST_PASSWORD = 8;
/** Where the code is, for a client that has none or a wrong one. */
const CONSOLE = 'where "postroom serve" runs, or in its log: in the last line about ADMIN1';
/** scrypt makes a guess dear, this makes many of them slow. */
const RATE = { rateLimit: { max: 10, timeWindow: 60_000 } };

export function addSessionRoutes(app: FastifyInstance, services: SessionRouteServices): void {
  const { sessions, authenticator, adminPassword, setupCode, plugins, isBehindProxy, peerOf, limits } = services;

  /** From this machine too, unless it is certain that only its owner is there. */
  const needsCode = async (request: FastifyRequest): Promise<boolean> => {
    const hasStrangers = plugins.plugins.some(({ bundled }) => !bundled);
    if (isBehindProxy(request.raw.socket)) return true;
    if (!mayBeOwner({ address: request.ip, headers: request.headers, hasStrangers })) return true;
    return (await peerOf(request.raw.socket)) !== 'own';
  };
  const stateOf = async (request: FastifyRequest, session?: LoginSession): Promise<object> => {
    const found = session === undefined ? sessions.find(request.cookies[SESSION_COOKIE], true) : { session, locked: false };
    const state = !adminPassword.isSet ? 'setup' : found === undefined ? 'login' : found.locked ? 'locked' : 'open';
    return {
      state,
      ...(state === 'setup' && { codeNeeded: await needsCode(request), shortestPassword: SHORTEST_PASSWORD }),
      ...(state === 'open' && { csrf: found?.session.csrf, session: found?.session.id, idleMinutes: limits().idleMinutes }),
    };
  };
  const welcome = (request: FastifyRequest, reply: FastifyReply): Promise<object> => {
    const session = sessions.begin(request.ip, request.headers['user-agent'] ?? '', request.cookies[SESSION_COOKIE]);
    setSessionCookie(reply, session, request.protocol === 'https');
    return stateOf(request, session);
  };

  app.get('/api/session', (request) => stateOf(request));

  app.post<{ Body: { password: string } }>(
    '/api/session',
    {
      config: RATE,
      bodyLimit: MANAGER_LIMITS.door,
      schema: { body: { type: 'object', required: ['password'], properties: { password: PASSWORD } } },
    },
    async (request, reply) => {
      const result = await authenticator.login('admin1', request.body.password, { protocol: 'http', address: request.ip });
      if (!result.ok) {
        throw result.reason === 'wait'
          ? new HttpRefusal(429, 'login/wait', 'Too many wrong passwords. Wait a minute, then try again.')
          : new HttpRefusal(
              401,
              'login/wrong',
              'That is not the password of ADMIN1. If it is lost, set another on the server: postroom users set-password admin1',
            );
      }
      return welcome(request, reply);
    },
  );

  app.post<{ Body: { password: string; code?: string } }>(
    '/api/setup',
    {
      config: RATE,
      bodyLimit: MANAGER_LIMITS.door,
      schema: {
        body: { type: 'object', required: ['password'], properties: { password: PASSWORD, code: { type: 'string', maxLength: 40 } } },
      },
    },
    async (request, reply) => {
      if (adminPassword.isSet) {
        throw new HttpRefusal(409, 'setup/done', 'ADMIN1 has a password already. Log in with it.');
      }
      const { password, code = '' } = request.body;
      if (password.length < SHORTEST_PASSWORD) {
        throw new HttpRefusal(422, 'setup/short', `Choose at least ${SHORTEST_PASSWORD} characters: this password opens the whole server.`);
      }
      if (await needsCode(request)) checkCode(setupCode.take(code, request.ip));
      await adminPassword.set(password);
      return welcome(request, reply);
    },
  );

  // Somebody reads or types without asking for anything: identify() has counted it as use.
  app.post('/api/session/use', (request) => stateOf(request));

  app.post('/api/session/lock', (request) => {
    const { session } = callerOf(request);
    if (session !== undefined) {
      sessions.lock(session.secret);
    }
    return stateOf(request);
  });

  app.delete('/api/session', (request, reply) => {
    const found = sessions.find(request.cookies[SESSION_COOKIE], true);
    if (found !== undefined) {
      sessions.end(found.session.secret);
    }
    void reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return { state: 'login' };
  });
}

/** Throws where the code is not right, or was tried too often. */
function checkCode(taken: 'right' | 'wrong' | 'wait'): void {
  if (taken === 'wait') throw new HttpRefusal(429, 'setup/wait', 'Too many wrong codes. Wait a minute, then try again.');
  if (taken === 'wrong') {
    throw new HttpRefusal(
      403,
      'setup/code',
      `The code is not right. It stands ${CONSOLE}. Or set the password there: postroom users set-password admin1`,
    );
  }
}
