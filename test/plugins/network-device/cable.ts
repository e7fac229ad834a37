// A cable (veth) from the network namespace of this process to a device in one of its own. It ends nowhere else: its addresses exist nowhere outside.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Of TEST-NET-1 (RFC 5737), which is no network anywhere. */
export const DEVICE = { address: '192.0.2.77', port: 8080, mac: '00:80:c8:12:34:56' } as const;

const DEVICE_PROGRAM = `require('node:net').createServer((socket) => socket.end()).listen(${DEVICE.port}, '0.0.0.0', () => console.log('ready'));`;

export function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}

/** A machine in a namespace of its own that answers ping and TCP. */
export async function startDevice(): Promise<{ readonly process: ChildProcess; ip(...args: readonly string[]): void }> {
  const device = spawn('unshare', ['--net', process.execPath, '-e', DEVICE_PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(device.stdout, 'data');
  const inside = (...args: readonly string[]): void =>
    void execFileSync('nsenter', [`--net=/proc/${device.pid}/ns/net`, 'ip', ...args], { encoding: 'utf8' });
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'office', 'type', 'veth', 'peer', 'name', 'device');
  ip('link', 'set', 'device', 'netns', String(device.pid));
  ip('address', 'add', '192.0.2.1/24', 'dev', 'office');
  ip('link', 'set', 'office', 'up');
  inside('link', 'set', 'device', 'address', DEVICE.mac);
  inside('address', 'add', `${DEVICE.address}/24`, 'dev', 'device');
  return { process: device, ip: inside };
}
