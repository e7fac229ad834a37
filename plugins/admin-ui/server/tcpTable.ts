// The system's table of TCP sockets, /proc/net/tcp and tcp6 of Linux (proc_pid_net(5)): whose socket is at the other end of a connection. Pure.
import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';

/** A connection as the side that accepted it sees it. A socket is one; `undefined` once it is closed. */
export interface TcpEntry {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

export interface TcpSocket {
  /** User of the system who opened it. */
  readonly uid: number;
  readonly inode: string;
}

const ESTABLISHED = '01';
const LISTEN = '0A';

/** The socket at the other end, where the table has exactly one of a connection that is open: one that is closing has no owner. */
export function peerIn(table: string, { localAddress, localPort, remoteAddress, remotePort }: TcpEntry): TcpSocket | undefined {
  const own = entriesOf(remoteAddress, remotePort);
  const other = entriesOf(localAddress, localPort);
  const found = rowsOf(table).filter(
    ([, local = '', remote = '', state]) => state === ESTABLISHED && own.includes(local) && other.includes(remote),
  );
  const [row] = found;
  return found.length === 1 && row !== undefined ? socketOf(row) : undefined;
}

/** The sockets that wait for connections. */
export function listenersIn(table: string): ReadonlySet<string> {
  return new Set(rowsOf(table).flatMap((row) => (row[3] === LISTEN ? (socketOf(row)?.inode ?? []) : [])));
}

/** sl, local_address, rem_address, st, tx_queue:rx_queue, tr:tm->when, retrnsmt, uid, timeout, inode ... */
function rowsOf(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}

function socketOf(row: readonly string[]): TcpSocket | undefined {
  const [uid = '', , inode = ''] = row.slice(7);
  return /^\d+$/.test(uid) && /^\d+$/.test(inode) ? { uid: Number(uid), inode } : undefined;
}

/** How the table may write an address: an IPv4 one also as IPv6 has it. */
function entriesOf(address: string | undefined, port: number | undefined): readonly string[] {
  if (address === undefined || port === undefined || !ipaddr.isValid(address)) return [];
  const parsed = ipaddr.process(address);
  const forms = parsed.kind() === 'ipv4' ? [parsed, (parsed as ipaddr.IPv4).toIPv4MappedAddress()] : [parsed];
  return forms.map((form) => `${wordsOf(form.toByteArray())}:${port.toString(16).toUpperCase().padStart(4, '0')}`);
}

/** Words of 32 bits in the order of this machine. */
function wordsOf(octets: readonly number[]): string {
  const hex = octets.map((octet) => octet.toString(16).toUpperCase().padStart(2, '0'));
  const words = Array.from({ length: hex.length / 4 }, (_, place) => hex.slice(place * 4, place * 4 + 4));
  return words.map((word) => (endianness() === 'LE' ? word.toReversed() : word).join('')).join('');
}
