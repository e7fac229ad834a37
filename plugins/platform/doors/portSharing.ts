// Finds out whether several threads of this process can each listen on the same port.
import { createServer } from 'node:net';
import { listenAt } from '@postroom/sdk/network';

/** The first Node.js with `listen({ reusePort })`. Older ones take no notice of it: trying would tell nothing. */
const FIRST_NODE = [22, 12] as const;

/** Tries it on loopback: systems without it (Windows, macOS) refuse. */
export async function canSharePorts(version = process.versions.node): Promise<boolean> {
  if (!hasReusePort(version)) return false;
  const server = createServer();
  try {
    await listenAt(server, { host: '127.0.0.1', port: 0, reusePort: true });
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

export function hasReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > FIRST_NODE[0] || (major === FIRST_NODE[0] && minor >= FIRST_NODE[1]);
}
