// Who asks: a browser that is logged in, or a script with a token.
import type { AccessToken } from '@postroom/sdk';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpRefusal } from './problems.js';
import { covers } from './scopes.js';
import type { LoginSession, Sessions } from './sessions.js';
import type { Tokens } from './tokens.js';

export const SESSION_COOKIE = 'postroom-session';

export interface Caller {
  /** For the history of the settings: `manager:ADMIN1`, `token:backup script`. */
  readonly author: string;
  readonly session: LoginSession | undefined;
  readonly token: AccessToken | undefined;
  may(command: { readonly command: string; readonly reads?: boolean | undefined }): boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

/** Finds out who asks. Throws a Refusal where the caller is unknown, the login is locked, or a change comes without its token. */
export async function identifyCaller(request: FastifyRequest, sessions: Sessions, tokens: Tokens): Promise<Caller> {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const token = await tokens.check(bearer);
    if (token === undefined) {
      throw new HttpRefusal(
        401,
        'token/unknown',
        'The access token is wrong, taken back or expired. Make another under API, or with "postroom admin-ui create-token".',
      );
    }
    return { author: `token:${token.name}`, session: undefined, token, may: (command) => covers(token.scopes, command) };
  }
  const found = sessions.find(request.cookies[SESSION_COOKIE], request.headers['x-postroom-background'] !== undefined);
  if (found === undefined) {
    throw new HttpRefusal(401, 'login/needed', 'You are not logged in, or the login has ended. Log in with the password of ADMIN1.');
  }
  if (found.locked) {
    throw new HttpRefusal(423, 'login/locked', 'The manager was locked after a while without use. Enter the password of ADMIN1 to go on.');
  }
  const isChange = request.method !== 'GET' && request.method !== 'HEAD';
  if (isChange && request.headers['x-csrf-token'] !== found.session.csrf) {
    throw new HttpRefusal(403, 'login/csrf', 'The request did not come from this page as it is now. Load the page again.');
  }
  return { author: 'manager:ADMIN1', session: found.session, token: undefined, may: () => true };
}

/** The caller that the guard has found. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) {
    throw new HttpRefusal(401, 'login/needed', 'You are not logged in.');
  }
  return request.caller;
}

/** Throws where the caller's scopes do not cover this. */
export function require(request: FastifyRequest, command: { readonly command: string; readonly reads?: boolean | undefined }): Caller {
  const caller = callerOf(request);
  if (!caller.may(command)) {
    throw new HttpRefusal(403, 'token/scope', `The access token does not cover ${command.command}. Make one with that scope.`);
  }
  return caller;
}

export function setSessionCookie(reply: FastifyReply, session: LoginSession, encrypted: boolean): void {
  reply.setCookie(SESSION_COOKIE, session.secret, { path: '/', httpOnly: true, sameSite: 'strict', secure: encrypted });
}
