// By which addresses this machine is reached.
import { networkInterfaces } from 'node:os';

/** IP addresses of this machine, asked each time: they come and go with the network. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}
