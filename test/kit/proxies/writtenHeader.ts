// PROXY headers as a load balancer writes them.
import ipaddr from 'ipaddr.js';

export const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const AT = { address: '192.0.2.80', port: 110 };

/** Version 1. */
export function line(address: string, port: number): Buffer {
  const [family, here] = address.includes(':') ? ['TCP6', '2001:db8::80'] : ['TCP4', AT.address];
  return Buffer.from(`PROXY ${family} ${address} ${here} ${port} ${AT.port}\r\n`);
}

/** Version 2 as its parts: `rest` is what its length counts. */
export function binary(command: number, family: number, rest: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rest.length);
  return Buffer.concat([SIGNATURE, Buffer.from([command, family]), length, rest]);
}

/** Version 2 with what a balancer adds. */
export function addressed(address: string, port: number, ...extensions: readonly Buffer[]): Buffer {
  const isSix = address.includes(':');
  const here = isSix ? '2001:db8::80' : AT.address;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(port);
  ports.writeUInt16BE(AT.port, 2);
  const octets = [address, here].map((text) => Buffer.from(ipaddr.parse(text).toByteArray()));
  return binary(0x21, isSix ? 0x21 : 0x11, Buffer.concat([...octets, ports, ...extensions]));
}

export function extension(type: number, value: Buffer): Buffer {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}
