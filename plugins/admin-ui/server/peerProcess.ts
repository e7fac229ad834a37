// Who is at the other end of a connection of this machine: as far as the system tells, and never more than it tells.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { listenersIn, peerIn, type TcpEntry, type TcpSocket } from './tcpTable.js';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** `own`: a program of the server's own user asks for itself. `unknown`: another user's does, one that passes on what it is told, or it cannot be found out. */
export type PeerProcess = 'own' | 'unknown';

/** Only where Linux tells: the socket belongs to the server's user, and to a program that waits for no connections, as a proxy would. */
export async function peerOf(connection: TcpEntry): Promise<PeerProcess> {
  const uid = process.getuid?.();
  if (uid === undefined) return 'unknown';
  const tables = (await Promise.all(TABLES.map((file) => readFile(file, 'utf8').catch(() => '')))).join('\n');
  const socket = peerIn(tables, connection);
  if (socket === undefined || socket.uid !== uid) return 'unknown';
  const holders = await holdersOf(socket);
  const listeners = listenersIn(tables);
  const passesOn = holders.some((sockets) => [...sockets].some((inode) => listeners.has(inode)));
  return holders.length > 0 && !passesOn ? 'own' : 'unknown';
}

/** The sockets of each process that has this one; those of other users cannot be looked into. */
async function holdersOf({ inode }: TcpSocket): Promise<readonly ReadonlySet<string>[]> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(processes.map((pid) => socketsOf(`/proc/${pid}/fd`)));
  return all.filter((sockets) => sockets.has(inode));
}

async function socketsOf(folder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
