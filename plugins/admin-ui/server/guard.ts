// Who may ask at all: the right host name, no foreign page, and a login or a token. Decisions only; the routes act on them.
import { isIP } from 'node:net';

export const METRICS_PATH = '/metrics';
/** Who is locked out may leave: the cookie is enough for that, and no foreign page can send it. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set(['GET /api/session', 'POST /api/session', 'DELETE /api/session', 'POST /api/setup']);

/** What of a request the decisions look at. */
export interface RequestFacts {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly encrypted: boolean;
}

/** A Host header without its port: lower case, no brackets, no final dot. */
export function hostName(host: string | undefined): string {
  const bare = (host ?? '').trim().toLowerCase();
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(bare);
  return (bracketed?.[1] ?? bare.replace(/:\d*$/, '')).replace(/\.$/, '');
}

/**
 * Whether a request names this server. An attacker's page can point its own domain name at this address (DNS rebinding), but can't
 * make the browser send an IP address or a name from the settings in its place.
 */
export function namesThisServer(host: string | undefined, names: readonly string[]): boolean {
  const name = hostName(host);
  if (name === '') return false;
  return isIP(name) !== 0 || name === 'localhost' || names.some((each) => each.toLowerCase() === name);
}

/** Whether a request comes from the manager's own page, or from no page at all (a script, the address bar). */
export function isOwnPage({ method, host, origin, fetchSite, encrypted }: RequestFacts): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') {
    return false;
  }
  if (origin === undefined) {
    return true;
  }
  const isRead = method === 'GET' || method === 'HEAD';
  return origin === `${encrypted ? 'https' : 'http'}://${host ?? ''}` || (isRead && origin === 'null');
}

/** Paths that answer data, not a part of the page. */
export function isForPrograms(path: string): boolean {
  return path.startsWith('/api/') || path === METRICS_PATH;
}

/** Prometheus on this machine needs no token: what it reads are counts and times, and nothing of anybody's mail. */
export function needsLogin(method: string, path: string, loopback: boolean): boolean {
  return !OPEN_TO_ALL.has(`${method} ${path}`) && !(loopback && path === METRICS_PATH && method === 'GET');
}

/** Headers that proxies add: with one of them, the client is behind the proxy. */
const PROXY_FIELD =
  /^(?:forwarded|via|x-(?:forwarded(?:-.*)?|real-ip|client-ip|cluster-client-ip|original-.*|envoy-.*)|true-client-ip|cf-connecting-ip)$/;

/** The client runs on this machine. Behind a proxy all clients would seem to, so none counts. */
export function isLoopback(address: string, headers: Readonly<Record<string, unknown>>): boolean {
  return !Object.keys(headers).some((name) => PROXY_FIELD.test(name)) && isLoopbackName(address.replace(/^::ffff:/, ''));
}

/** What is known of somebody who wants to set ADMIN1's first password. */
export interface SetupFacts {
  readonly address: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Plugins that are not the product's run on this machine, and could ask as well. */
  readonly hasStrangers: boolean;
}

/** Whether it may be the owner at the machine's own browser. Then the system is asked whose program it is; everybody else needs the code. */
export function mayBeOwner({ address, headers, hasStrangers }: SetupFacts): boolean {
  const host = typeof headers['host'] === 'string' ? headers['host'] : undefined;
  return !hasStrangers && isLoopback(address, headers) && isLoopbackName(hostName(host));
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
