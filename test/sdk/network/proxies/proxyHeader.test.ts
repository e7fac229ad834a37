import { LONGEST_REST, readProxyHeader } from '@postroom/sdk/network';
import { expect } from 'chai';
import fc from 'fast-check';
import { addressed, binary, extension, line, SIGNATURE } from '../../../kit/proxies/writtenHeader.js';

const text = (octets: string): Buffer => Buffer.from(octets, 'latin1');
const stateOf = (octets: Buffer): string => readProxyHeader(octets).state;

describe('a PROXY header', () => {
  const bodies = [
    Buffer.alloc(0),
    text('USER andrew\r\n'),
    text('PROXY TCP4 192.0.2.9 192.0.2.80 1 2\r\n'),
    Buffer.from([0x16, 3, 1, 0, 200]),
  ];

  it('says who the client is, in both versions, by IPv4, IPv6 and IPv4 within IPv6', () => {
    for (const write of [line, addressed]) {
      for (const [written, address] of [
        ['198.51.100.7', '198.51.100.7'],
        ['2001:db8::7', '2001:db8::7'],
        ['2001:db8:0:0:0:0:0:7', '2001:db8::7'],
        ['::ffff:198.51.100.7', '198.51.100.7'],
      ] as const) {
        const header = write(written, 40_001);
        expect(readProxyHeader(header), `${write.name} ${written}`).to.deep.equal({
          state: 'whole',
          length: header.length,
          client: { address, port: 40_001 },
        });
      }
    }
  });

  it('is whole with its last octet and not before, and what follows is none of it', () => {
    const headers = fc.oneof(
      fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([address, port]) => line(address, port)),
      fc.tuple(fc.ipV6(), fc.nat(65_535)).map(([address, port]) => line(address, port)),
      fc
        .tuple(fc.ipV4(), fc.nat(65_535), fc.uint8Array({ maxLength: 300 }))
        .map(([address, port, more]) => addressed(address, port, extension(0x04, Buffer.from(more)))),
      fc.constant(text('PROXY UNKNOWN\r\n')),
      fc.uint8Array({ maxLength: 300 }).map((rest) => binary(0x20, 0, Buffer.from(rest))),
    );
    fc.assert(
      fc.property(headers, fc.constantFrom(...bodies), (header, body) => {
        for (let end = 0; end < header.length; end += 1) expect(stateOf(header.subarray(0, end)), String(end)).to.equal('partial');
        expect(readProxyHeader(Buffer.concat([header, body]))).to.include({ state: 'whole', length: header.length });
      }),
    );
  });

  it('never ends in an error, whatever the octets are', () => {
    const begun = fc.tuple(
      fc.constantFrom(SIGNATURE, text('PROXY '), text('PROXY TCP4 '), Buffer.alloc(0)),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(begun, ([start, rest]) => {
        const octets = Buffer.concat([start, rest]);
        const reading = readProxyHeader(octets);
        if (reading.state === 'whole') expect(reading.length).to.be.at.most(octets.length);
      }),
    );
  });

  it('names no client where the balancer speaks for itself, or knows none', () => {
    for (const header of [
      text('PROXY UNKNOWN\r\n'),
      text('PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n'),
      binary(0x20, 0x00, Buffer.alloc(0)),
      // LOCAL: its addresses are not to be looked at.
      binary(0x20, 0x11, Buffer.from([198, 51, 100, 7, 192, 0, 2, 80, 1, 1, 0, 110])),
      binary(0x21, 0x00, Buffer.alloc(0)),
      binary(0x21, 0x31, Buffer.alloc(216)),
    ]) {
      expect(readProxyHeader(header)).to.deep.equal({ state: 'whole', length: header.length });
    }
  });

  it('is refused where it is not as the protocol has it', () => {
    for (const line of [
      'USER andrew\r\n',
      'proxy TCP4 198.51.100.7 192.0.2.80 1 2\r\n',
      'PROXY  TCP4 198.51.100.7 192.0.2.80 1 2\r\n',
      'PROXY TCP5 198.51.100.7 192.0.2.80 1 2\r\n',
      'PROXY TCP4 198.51.100.7 192.0.2.80 1\r\n',
      'PROXY TCP4 198.51.100.7 192.0.2.80 1 2 3\r\n',
      'PROXY TCP4 198.51.100.07 192.0.2.80 1 2\r\n',
      'PROXY TCP4 198.51.100.256 192.0.2.80 1 2\r\n',
      'PROXY TCP4 2001:db8::7 192.0.2.80 1 2\r\n',
      'PROXY TCP6 198.51.100.7 192.0.2.80 1 2\r\n',
      'PROXY TCP6 fe80::1%eth0 2001:db8::80 1 2\r\n',
      'PROXY TCP4 198.51.100.7 192.0.2.80 65536 2\r\n',
      'PROXY TCP4 198.51.100.7 192.0.2.80 01 2\r\n',
      'PROXY TCP4 198.51.100.7\t192.0.2.80 1 2\r\n',
      'PROXY UNKNOWNS\r\n',
      // The line's end is CRLF, within 107 octets.
      `PROXY TCP4 198.51.100.7 192.0.2.80 1 2\n${'x'.repeat(107)}`,
      `PROXY UNKNOWN ${'x'.repeat(93)}`,
      `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`,
    ]) {
      expect(stateOf(text(line)), line).to.equal('wrong');
    }
    expect(stateOf(text(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`)), '107 octets').to.equal('whole');
    const whole = addressed('198.51.100.7', 1).subarray(16);
    for (const [what, header] of [
      ['version 1 in binary', binary(0x11, 0x11, whole)],
      ['an unknown command', binary(0x22, 0x11, whole)],
      ['an unknown family', binary(0x21, 0x41, whole)],
      ['addresses cut off', binary(0x21, 0x11, whole.subarray(0, 11))],
      ['IPv6 with the room of IPv4', binary(0x21, 0x21, whole)],
      ['an extension cut off', addressed('198.51.100.7', 1, Buffer.from([0x04, 0]))],
      ['an extension longer than the header', addressed('198.51.100.7', 1, Buffer.from([0x04, 0, 9, 1]))],
    ] as const) {
      expect(stateOf(header), what).to.equal('wrong');
    }
  });

  it('is refused as soon as it says that it is longer than any', () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(LONGEST_REST + 1);
    expect(stateOf(Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x11]), length]))).to.equal('wrong');
    expect(stateOf(addressed('198.51.100.7', 1, extension(0xe0, Buffer.alloc(LONGEST_REST - 15))))).to.equal('whole');
  });

  it('is refused where its checksum is not that of its octets', () => {
    const sum = Buffer.alloc(4);
    const guarded = (): Buffer => addressed('198.51.100.7', 40_001, extension(0x03, sum), extension(0x05, text('id')));
    expect(stateOf(guarded())).to.equal('wrong');
    // CRC-32C of the header with nothing in its place, as another program reckons it.
    sum.writeUInt32BE(0xc3_25_fd_45);
    expect(stateOf(guarded())).to.equal('whole');
    const type = guarded().indexOf(Buffer.from([0x03, 0, 4]));
    for (let at = 16; at < guarded().length; at += 1) {
      // Under another type it is no checksum.
      if (at === type) continue;
      const bent = guarded();
      bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
      expect(stateOf(bent), String(at)).to.equal('wrong');
    }
    expect(stateOf(addressed('198.51.100.7', 1, extension(0x03, Buffer.alloc(3)))), 'of another length').to.equal('wrong');
  });
});
