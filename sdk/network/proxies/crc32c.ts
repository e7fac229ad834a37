// CRC-32C (RFC 3720, appendix B.4), which a PROXY header may bear. Pure.

const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let rest = octet;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0x82_f6_3b_78 : rest >>> 1;
  return rest;
});

export function crc32c(octets: Uint8Array): number {
  let sum = 0xff_ff_ff_ff;
  for (const octet of octets) sum = (sum >>> 8) ^ (TABLE[(sum ^ octet) & 0xff] ?? 0);
  return ~sum >>> 0;
}
