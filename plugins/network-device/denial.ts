// May Postroom work, after what is known of the device? A pure function, with the manual's Trouble #1 as its sentence.
import type { LicenceVerdict } from '@postroom/sdk';
import { type Device, deviceName } from './device.js';
import type { OthersSight } from './sightings.js';

/** What is known of the device at a moment. */
export interface Knowledge {
  readonly device: Device;
  /** Result of this server's last look of this run; `undefined` before the first. */
  readonly seen: boolean | undefined;
  /** What other servers on the store see. */
  readonly others: OthersSight;
  /** Why the last look did not see it: `did not answer ping within 2 seconds`. */
  readonly why: string | undefined;
  /** Milliseconds since any server saw it, by a clock that does not jump; `undefined` where none did. */
  readonly unseenForMs: number | undefined;
  readonly graceMinutes: number;
}

type Denial = Extract<LicenceVerdict, { readonly granted: false }>;

const MINUTE_MS = 60_000;

/** A denial, or `undefined`: then it is the edition's turn. */
export function denialOf(known: Knowledge): Denial | undefined {
  if (known.others.seenBy.length > 0) return undefined;
  if (known.device.address === '') return unconfigured();
  if (known.seen === true || inGrace(known)) return undefined;
  return known.seen === undefined ? unknown(known.device) : unseen(known);
}

/** Not seen just now, but so recently that Postroom goes on. */
export function inGrace({ unseenForMs, graceMinutes }: Pick<Knowledge, 'unseenForMs' | 'graceMinutes'>): boolean {
  return unseenForMs !== undefined && unseenForMs < graceMinutes * MINUTE_MS;
}

/** To be added to a sentence of what this server does not see; '' where nobody else does. */
export function seenElsewhere({ seenBy }: OthersSight): string {
  if (seenBy.length === 0) return '';
  return ` The ${seenBy.length === 1 ? 'server' : 'servers'} ${seenBy.join(', ')} ${seenBy.length === 1 ? 'sees' : 'see'} it, which is enough.`;
}

/** What to check (the manual, Trouble #1). */
export function whatToCheck(device: Device): string {
  const test = device.port === 0 ? `'ping ${device.address}'` : `a connection to ${deviceName(device)}`;
  return (
    `Check that the device is switched on and connected to your network, that this computer is connected to the same network, and that ${test} ` +
    'works on this computer. If the device has a new address, set licensing.device.address. Postroom goes on by itself as soon as it sees the device.'
  );
}

function unconfigured(): Denial {
  return denial(
    'Postroom works together with the network device that it was sold with, and does not know where that is.',
    "Set licensing.device.address to the device's IP address, and licensing.device.port to a TCP port of it if it does not answer ping.",
  );
}

function unknown(device: Device): Denial {
  return denial(`Postroom is looking for the network device at ${deviceName(device)}.`, whatToCheck(device));
}

function unseen({ device, others, why, unseenForMs }: Knowledge): Denial {
  const elsewhere = others.servers === 0 ? '' : ' No other server on its store sees it either.';
  const since = unseenForMs === undefined ? '' : ` It was last seen ${duration(unseenForMs)} ago.`;
  const reason = `Postroom needs to see the network device that it was sold with, and does not: ${deviceName(device)} ${why ?? 'is not seen'}.${elsewhere}${since}`;
  return denial(reason, whatToCheck(device));
}

function denial(reason: string, remedy: string): Denial {
  // The device is asked for before any edition speaks.
  return { granted: false, edition: 'none', reason, remedy };
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
