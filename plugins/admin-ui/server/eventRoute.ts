// /api/events: what happens, as Server-Sent Events, for as long as the login or the token is good.
import type { FastifyInstance } from 'fastify';
import { whenOver } from './answerEnd.js';
import { require } from './caller.js';
import { nameOf } from './commandRoutes.js';
import type { EventFeed } from './eventFeed.js';
import { MANAGER_LIMITS } from './managerLimits.js';
import { HttpRefusal } from './problems.js';
import type { Sessions } from './sessions.js';
import type { Tokens } from './tokens.js';
import { Turnstile } from './turnstile.js';

export interface EventServices {
  readonly feed: EventFeed;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

export function addEventRoute(app: FastifyInstance, { feed, sessions, tokens }: EventServices): void {
  const open = new Turnstile({ each: MANAGER_LIMITS.streams, all: MANAGER_LIMITS.allStreams });
  app.get('/api/events', (request, reply) => {
    const caller = require(request, { command: 'status', reads: true });
    const leave = open.enter(nameOf(caller));
    if (leave === undefined) throw new HttpRefusal(429, 'http/429', 'Too many streams of events are open. Close one, then try again.');
    reply.hijack();
    const page = reply.raw;
    whenOver(page, leave);
    if (page.destroyed) return;
    page.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const end = feed.add(page);
    const { session, token } = caller;
    if (session !== undefined) page.on('close', sessions.onEnd(session.secret, end));
    if (token !== undefined) page.on('close', tokens.onEnd(token, end));
  });
}
