// Puts the host's connections in the place of Node's, in every module that makes any: `net`, and through it `http`, `https`, `http2` and fetch;
// `tls`, which is spoken here, over such a connection; `dns`. Called with the first module of the network that a plugin loads.
import type * as Net from 'node:net';
import { Duplex } from 'node:stream';
import type * as Tls from 'node:tls';
import { refusing } from '../allowList/refusal.js';
import { NETWORK_PIPE } from '../pipe/protocol.js';
import { ChildChannels } from './childChannels.js';
import { dnsCallbacks, dnsPromises } from './childDns.js';
import { pluginSocketClass, type SocketOptions } from './pluginSocket.js';

type Exports = Record<string, unknown>;
type Normalize = (args: readonly unknown[]) => readonly [SocketOptions, (() => void) | null];

/** What stays of `net`; the rest makes or takes native sockets. */
const KEPT = [
  ...['BlockList', 'Server', 'SocketAddress', 'createServer', 'getDefaultAutoSelectFamily', 'getDefaultAutoSelectFamilyAttemptTimeout'],
  ...['isIP', 'isIPv4', 'isIPv6', 'setDefaultAutoSelectFamily', 'setDefaultAutoSelectFamilyAttemptTimeout', '_normalizeArgs'],
];

/** `require`: gets Node's own modules. */
export function openNetwork(require: NodeJS.Require): void {
  const net = require('node:net') as typeof Net & Exports;
  // They derive from Node's socket, so they come first.
  const tls = require('node:tls') as typeof Tls & Exports;
  const http = require('node:http') as { readonly Agent: { readonly prototype: Exports } };
  require('node:https');
  const dns = require('node:dns') as Exports;

  const pipe = new net.Socket({ fd: NETWORK_PIPE, readable: true, writable: true });
  // It ends with the process; nothing waits for it.
  pipe.unref();
  const channels = new ChildChannels(pipe);
  const normalize = net['_normalizeArgs'] as Normalize;
  const Socket = pluginSocketClass({ channels, normalize, NodesSocket: net.Socket });
  const connect = (...args: readonly unknown[]): Duplex => {
    const [options] = normalize(args);
    return new Socket(options).connect(...args);
  };

  put(net, keptOf(net), { Socket, Stream: Socket, connect, createConnection: connect });
  (net.Server.prototype as unknown as Exports)['listen'] = refusing('listen(): no plugin opens a port or a socket');
  http.Agent.prototype['createConnection'] = connect;
  tls.connect = tlsConnect(tls.connect as never, connect, normalize) as never;
  tls.TLSSocket = tlsSocketClass(tls.TLSSocket as never) as never;
  const promises = dns['promises'] as Exports;
  put(promises, constantsOf(promises), dnsPromises(channels));
  put(dns, constantsOf(dns), dnsCallbacks(promises, channels));
}

/** TLS is spoken in the plugin's process: the host carries octets that it can't read. */
function tlsConnect(
  original: (options: object, listener?: () => void) => SecureSocket,
  connect: (...args: readonly unknown[]) => Duplex,
  normalize: Normalize,
): (...args: readonly unknown[]) => Duplex {
  return (...args) => {
    // (port, host, options, listener), and anything shorter.
    const [first, listener] = normalize(args);
    const further = args.slice(1).find((each) => typeof each === 'object' && each !== null) ?? {};
    const options: SocketOptions & { readonly socket?: Duplex | null } = { ...first, ...further };
    const given = options.socket ?? undefined;
    const socket = given ?? connect(options);
    const secured = original({ ...options, socket }, listener ?? undefined);
    if (given === undefined && options.timeout !== undefined && options.timeout > 0) secured.setTimeout(options.timeout);
    return over(socket, secured);
  };
}

type SecureSocket = Duplex & { connecting: boolean; setTimeout(ms: number): void };

const ENDPOINTS = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localFamily', 'localPort'] as const;

/** What Node reads from the native socket below, where here is none. */
function over(socket: Duplex, secured: SecureSocket): SecureSocket {
  const below = socket as unknown as Exports;
  if (below['pending'] === false) {
    // It waits for that otherwise; no listener was added before.
    secured.connecting = false;
    secured.emit('connect');
  }
  for (const name of ENDPOINTS) Object.defineProperty(secured, name, { get: () => below[name], configurable: true });
  return secured;
}

/** `new tls.TLSSocket(socket)` as well. */
function tlsSocketClass(original: new (socket: Duplex, options?: object) => SecureSocket): unknown {
  return new Proxy(original, {
    construct: (target, args, newTarget) => {
      const made = Reflect.construct(target, args, newTarget) as SecureSocket;
      return args[0] instanceof Duplex ? over(args[0], made) : made;
    },
  });
}

function keptOf(net: Exports): Exports {
  return Object.fromEntries(KEPT.map((name) => [name, net[name]]));
}

/** `dns.NOTFOUND`, `dns.ADDRCONFIG` */
function constantsOf(exports: Exports): Exports {
  return Object.fromEntries(Object.entries(exports).filter(([, value]) => typeof value === 'string' || typeof value === 'number'));
}

/** Leaves `kept` and `ours` of a module's exports, and nothing else that works. */
function put(exports: Exports, kept: Exports, ours: Exports): void {
  for (const name of Object.keys(exports)) {
    const value = ours[name] ?? kept[name] ?? refusing(name);
    Object.defineProperty(exports, name, { value, enumerable: true, configurable: true, writable: true });
  }
}
