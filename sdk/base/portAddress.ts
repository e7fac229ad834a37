// Open ports as people type them into their programs. Pure.
import type { OpenPort } from '../context.js';

/** `127.0.0.1:110`, `[::]:110` */
export function hostAndPort({ host, port }: Pick<OpenPort, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The manager's address among these ports, `undefined` where no plugin serves it. */
export function managerAddress(ports: readonly OpenPort[]): string | undefined {
  const port = ports.find(({ protocol, problem }) => protocol === 'http' && problem === undefined);
  return port === undefined ? undefined : `${port.security === 'plain' ? 'http' : 'https'}://${hostAndPort(port)}/`;
}
