// The header of the PROXY protocol, versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt): who the client of a load balancer is. Pure.
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ClientAddress } from '../connectionName.js';
import { crc32c } from './crc32c.js';

/** What the first octets of a connection are, as far as they have come. */
export type HeaderReading =
  | { readonly state: 'partial' }
  | { readonly state: 'wrong' /** Half a sentence. */; readonly reason: string }
  /** `client` is missing where the proxy speaks for itself (LOCAL), or does not know who the client is (UNKNOWN, an address of another kind). */
  | { readonly state: 'whole'; readonly length: number; readonly client?: ClientAddress };

/** Section 2.1: the longest line of version 1, with its end. */
export const LONGEST_LINE = 107;
/** What a header of version 2 may say of its own length: addresses take 36 octets, and what a balancer adds some hundred. */
export const LONGEST_REST = 4096;
const LINE_START = Buffer.from('PROXY ');
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Signature, version and command, family, length. */
const FIXED = SIGNATURE.length + 4;
const TCP4 = 0x11;
const TCP6 = 0x21;
/** UNSPEC, UDP over either, Unix sockets: nothing that a client of a port has as its address. */
const WITHOUT_ADDRESS: ReadonlySet<number> = new Set([0x00, 0x12, 0x22, 0x31, 0x32]);
const CRC32C = 0x03;

const PARTIAL: HeaderReading = { state: 'partial' };

export function readProxyHeader(octets: Buffer): HeaderReading {
  if (beginsLike(octets, LINE_START)) return readLine(octets);
  if (beginsLike(octets, SIGNATURE)) return readBinary(octets);
  return wrong('it begins otherwise');
}

function beginsLike(octets: Buffer, start: Buffer): boolean {
  const length = Math.min(octets.length, start.length);
  return octets.subarray(0, length).equals(start.subarray(0, length));
}

function readLine(octets: Buffer): HeaderReading {
  const end = octets.subarray(0, LONGEST_LINE).indexOf('\r\n');
  if (end < 0) return octets.length < LONGEST_LINE ? PARTIAL : wrong(`its line is longer than ${LONGEST_LINE} octets`);
  const length = end + 2;
  const line = octets.toString('latin1', 0, end);
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { state: 'whole', length };
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] =
    /^PROXY (TCP4|TCP6) ([^ ]+) ([^ ]+) (\d{1,5}) (\d{1,5})$/.exec(line) ?? [];
  const isAddress = family === 'TCP4' ? isIPv4 : isUnzonedIPv6;
  if (family === undefined || ![source, destination].every(isAddress) || ![sourcePort, destinationPort].every(isPortText)) {
    return wrong('its line is not as version 1 has it');
  }
  return { state: 'whole', length, client: { address: plain(source), port: Number(sourcePort) } };
}

function isUnzonedIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPortText(text: string): boolean {
  return String(Number(text)) === text && Number(text) <= 65_535;
}

function readBinary(octets: Buffer): HeaderReading {
  const [command, family] = octets.subarray(SIGNATURE.length, FIXED);
  if (command !== undefined && command !== 0x20 && command !== 0x21) return wrong('it has another version or command than 2 has');
  if (octets.length < FIXED) return PARTIAL;
  const rest = octets.readUInt16BE(FIXED - 2);
  if (rest > LONGEST_REST) return wrong(`it says that it is longer than ${LONGEST_REST} octets`);
  const length = FIXED + rest;
  if (octets.length < length) return PARTIAL;
  // LOCAL: what follows is to be passed over (section 2.2).
  if (command === 0x20) return { state: 'whole', length };
  return readAddresses(octets.subarray(0, length), family ?? 0);
}

function readAddresses(header: Buffer, family: number): HeaderReading {
  const { length } = header;
  if (WITHOUT_ADDRESS.has(family)) return { state: 'whole', length };
  if (family !== TCP4 && family !== TCP6) return wrong('it has a kind of address that version 2 has not');
  const size = family === TCP4 ? 4 : 16;
  const end = FIXED + 2 * size + 4;
  if (length < end) return wrong('it is shorter than its addresses');
  const problem = extensionProblem(header, end);
  if (problem !== undefined) return wrong(problem);
  const address = ipaddr.process(ipaddr.fromByteArray([...header.subarray(FIXED, FIXED + size)]).toString()).toString();
  return { state: 'whole', length, client: { address, port: header.readUInt16BE(end - 4) } };
}

/** What a balancer adds is passed over, but for the sum that guards the header (section 2.2.3). */
function extensionProblem(header: Buffer, start: number): string | undefined {
  for (let at = start; at < header.length; ) {
    const size = at + 3 <= header.length ? header.readUInt16BE(at + 1) : Number.POSITIVE_INFINITY;
    const end = at + 3 + size;
    if (end > header.length) return 'what follows its addresses is cut off';
    if (header[at] === CRC32C && (size !== 4 || header.readUInt32BE(at + 3) !== sumOf(header, at + 3))) return 'its checksum is wrong';
    at = end;
  }
  return undefined;
}

/** The sum is made with nothing in its own place. */
function sumOf(header: Buffer, at: number): number {
  const copy = Buffer.from(header);
  copy.fill(0, at, at + 4);
  return crc32c(copy);
}

/** An IPv4 address within IPv6 as IPv4. */
function plain(address: string): string {
  return ipaddr.process(address).toString();
}

function wrong(reason: string): HeaderReading {
  return { state: 'wrong', reason };
}
