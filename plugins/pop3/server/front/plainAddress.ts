/** An IPv4 address without the `::ffff:` that a dual-stack socket puts before it. */
export function plainAddress(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}
