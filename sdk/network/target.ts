// What a plugin connects to: a host and a port, or a Unix socket. Pure; the same words stand in manifests, in the administrator's agreement, and
// in what a plugin asks for.
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { canonicalAddress } from './addressKind.js';

export type Target =
  | {
      readonly kind: 'host';
      /** Lower case, without brackets: a name, an address, `*.example.com` for one label in front, `*` for any. */
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'socket' /** Absolute. */; readonly path: string };

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ws:': 80, 'wss:': 443 };
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** `host:port`, `[::1]:port`, `unix:/path`, or a web address, whose port may be missing. `undefined` for anything else. */
export function parseTarget(text: string): Target | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    return /^\/[^\0]+$/.test(path) && !path.split('/').includes('..') ? { kind: 'socket', path } : undefined;
  }
  if (/^[a-z]+:\/\//i.test(text)) {
    return URL.canParse(text) ? fromUrl(new URL(text)) : undefined;
  }
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = normalHost(bracketed ?? plain ?? '');
  return host === undefined || !isPort(Number(port)) ? undefined : { kind: 'host', host, port: Number(port) };
}

/** A host as it is compared: `undefined` where no host can be called so. */
export function normalHost(given: string): string | undefined {
  const bare = given.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (isIP(bare) !== 0) return canonicalAddress(bare);
  if (bare === '*') return bare;
  // What Node would take for the end of a name.
  if (/[\s/\\?#@%:[\]]/.test(bare)) return undefined;
  const name = bare.startsWith('*.') ? `*.${domainToASCII(bare.slice(2))}` : domainToASCII(bare);
  const labels = name.replace(/^\*\./, '').split('.');
  return name.length <= 253 && labels.every((label) => LABEL.test(label)) ? name : undefined;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** As people write it. */
export function targetName(target: Target): string {
  if (target.kind === 'socket') return `unix:${target.path}`;
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
}

/** Whether `entry` names `target`, wildcards included. */
export function names(entry: Target, target: Target): boolean {
  if (entry.kind === 'socket' || target.kind === 'socket') {
    return entry.kind === 'socket' && target.kind === 'socket' && entry.path === target.path;
  }
  return entry.port === target.port && namesHost(entry.host, target.host);
}

function namesHost(entry: string, host: string): boolean {
  if (entry === host || entry === '*') return true;
  if (!entry.startsWith('*.') || isIP(host) !== 0) return false;
  const [first, ...rest] = host.split('.');
  return first !== undefined && rest.join('.') === entry.slice(2);
}

function fromUrl({ protocol, hostname, port }: URL): Target | undefined {
  const host = normalHost(hostname);
  const number = port === '' ? DEFAULT_PORTS[protocol] : Number(port);
  return host === undefined || number === undefined || !isPort(number) ? undefined : { kind: 'host', host, port: number };
}
