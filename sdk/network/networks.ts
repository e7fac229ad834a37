// Which addresses belong to a list of networks, as settings write them.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { PostroomError } from '../errors.js';

/** Of an IPv4 address within IPv6 (`::ffff:192.0.2.1`), before its own. */
const MAPPED_BITS = 96;

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Reads networks in CIDR form, such as `192.168.1.0/24`, or single addresses, which stand in the setting `key`. An IPv4 client on a dual-stack port counts as
 * IPv4, and so does a network that is written so. Throws `settings/invalid` for anything else.
 */
export function networks(list: readonly string[], key: string): (address: string) => boolean {
  const ranges = list.map((text) => readRange(text, key));
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const client = ipaddr.process(address);
    return ranges.some(([network, bits]) => network.kind() === client.kind() && client.match(network, bits));
  };
}

function readRange(text: string, key: string): Range {
  const [address = '', length, ...more] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  const bits = length === undefined ? most : Number(length);
  const isRange = most !== undefined && bits !== undefined && more.length === 0 && /^\d{1,3}$/.test(length ?? '0') && bits <= most;
  if (!isRange) throw new PostroomError('settings/invalid', `${key}: "${text}" is no network. Write it as 192.168.1.0/24 or fd00::/64.`);
  const network = ipaddr.parse(address);
  return network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= MAPPED_BITS
    ? [network.toIPv4Address(), bits - MAPPED_BITS]
    : [network, bits];
}
