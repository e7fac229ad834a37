// node:dns as a plugin has it: every question is the host's to answer. Same names, arguments and results (https://nodejs.org/api/dns.html).
import { refusing } from '../allowList/refusal.js';
import type { ChildChannels } from './childChannels.js';

type Callback = (error: Error | null, ...results: readonly unknown[]) => void;
interface Found {
  readonly address: string;
  readonly family: number;
}
interface LookupOptions {
  readonly family?: number | string;
  readonly all?: boolean;
}

const RECORDS = ['Any', 'Caa', 'Cname', 'Mx', 'Naptr', 'Ns', 'Ptr', 'Soa', 'Srv', 'Tlsa', 'Txt'] as const;

/** What `dns.promises` holds. */
export function dnsPromises(channels: ChildChannels): Readonly<Record<string, unknown>> {
  const asks = questionsTo(channels);
  return {
    ...asks,
    lookup: (name: string, options?: LookupOptions | number) => lookUp(channels, name, options),
    ...settings(),
    Resolver: resolverClass(asks),
  };
}

/** What `dns` holds: the same with callbacks. */
export function dnsCallbacks(promises: Readonly<Record<string, unknown>>, channels: ChildChannels): Readonly<Record<string, unknown>> {
  const asks = Object.fromEntries(Object.entries(questionsTo(channels)).map(([name, ask]) => [name, calledBack(ask)]));
  const lookup = (name: string, ...rest: readonly unknown[]): void => {
    const options = (rest.length > 1 ? rest[0] : {}) as LookupOptions | number;
    const done = rest.at(-1) as Callback;
    lookUp(channels, name, options).then(
      (found) => (Array.isArray(found) ? done(null, found) : done(null, (found as Found).address, (found as Found).family)),
      (error: Error) => done(error),
    );
  };
  return { ...asks, lookup, ...settings(), Resolver: resolverClass(asks), promises };
}

type Ask = (...args: readonly never[]) => Promise<unknown>;

function questionsTo(channels: ChildChannels): Readonly<Record<string, Ask>> {
  const resolve = (name: string, type = 'A'): Promise<unknown> => channels.ask('resolve', String(name), String(type));
  const addresses = (type: 'A' | 'AAAA') => (name: string, options?: { readonly ttl?: boolean }) =>
    resolve(name, type).then((records) =>
      options?.ttl === true && Array.isArray(records) ? records.map((address) => ({ address: String(address), ttl: 0 })) : records,
    );
  return {
    resolve,
    resolve4: addresses('A'),
    resolve6: addresses('AAAA'),
    ...Object.fromEntries(RECORDS.map((record) => [`resolve${record}`, (name: string) => resolve(name, record.toUpperCase())])),
    reverse: (address: string) => channels.ask('reverse', String(address)),
  };
}

async function lookUp(channels: ChildChannels, name: string, options: LookupOptions | number = {}): Promise<unknown> {
  const { family = 0, all = false } = typeof options === 'number' ? { family: options } : options;
  const wanted = Number(String(family).replace('IPv', ''));
  const found = (await channels.ask('lookup', String(name))) as readonly Found[];
  const fitting = found.filter((each) => wanted === 0 || each.family === wanted);
  if (all) return fitting;
  if (fitting[0] !== undefined) return fitting[0];
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name });
}

/** The last argument of each is the callback. */
function calledBack(ask: Ask): (...args: readonly unknown[]) => void {
  return (...args) => {
    const done = args.at(-1) as Callback;
    ask(...(args.slice(0, -1) as never[])).then(
      (records) => done(null, records),
      (error: Error) => done(error),
    );
  };
}

/** The host's name service is what it is. */
function settings(): Readonly<Record<string, unknown>> {
  return {
    getServers: () => [],
    setServers: refusing('dns.setServers'),
    lookupService: refusing('dns.lookupService'),
    getDefaultResultOrder: () => 'verbatim',
    setDefaultResultOrder: () => undefined,
  };
}

function resolverClass(asks: object): new () => object {
  class Resolver {
    cancel(): void {}
    getServers(): readonly string[] {
      return [];
    }
    setLocalAddress(): void {}
  }
  Object.assign(Resolver.prototype, asks, { setServers: refusing('dns.Resolver.setServers') });
  return Resolver;
}
