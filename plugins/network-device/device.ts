// Which device to look for, as the settings say.
import type { Settings } from '@postroom/sdk';

export interface Device {
  /** IP address or host name; '' where none is set. */
  readonly address: string;
  /** TCP port; 0 = ping. */
  readonly port: number;
  /** Lower case with colons (`00:80:c8:12:34:56`); '' where any will do. */
  readonly mac: string;
}

export const NO_DEVICE: Device = Object.freeze({ address: '', port: 0, mac: '' });

export function deviceOf(settings: Settings): Device {
  return {
    address: settings.get<string>('licensing.device.address'),
    port: settings.get<number>('licensing.device.port'),
    mac: normalMac(settings.get<string>('licensing.device.mac')),
  };
}

/** `0-80-C8-1-2-3` and `00:80:c8:01:02:03` are the same hardware address. */
export function normalMac(text: string): string {
  if (text === '') return '';
  return text
    .toLowerCase()
    .split(/[:-]/)
    .map((octet) => octet.padStart(2, '0'))
    .join(':');
}

export function isSameDevice(a: Device, b: Device): boolean {
  return a.address === b.address && a.port === b.port && a.mac === b.mac;
}

/** How the device is written for people: `192.168.1.1`, `192.168.1.1 (TCP port 80)`. */
export function deviceName({ address, port }: Device): string {
  return port === 0 ? address : `${address} (TCP port ${port})`;
}
