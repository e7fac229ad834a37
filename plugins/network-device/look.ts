// One look at the device: does its address answer, and is it the device we know? Nothing but the configured address is ever asked.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Device } from './device.js';
import { macOf, neighbourCommands } from './neighbours.js';
import { ping, type Sight } from './ping.js';
import { type Run, runProgram } from './run.js';
import { tcpConnect } from './tcpConnect.js';

/** Never rejects. */
export async function look(device: Device, run: Run = runProgram, platform: NodeJS.Platform = process.platform): Promise<Sight> {
  const address = await resolved(device.address);
  if (address === undefined) return { seen: false, why: 'is a name that could not be resolved' };
  const sight = device.port === 0 ? await ping(address, run, platform) : await tcpConnect(address, device.port);
  if (!sight.seen || device.mac === '') return sight;
  return compareMac(device.mac, await neighbourMac(address, run, platform));
}

async function resolved(address: string): Promise<string | undefined> {
  if (isIP(address)) return address;
  try {
    return (await lookup(address)).address;
  } catch {
    return undefined;
  }
}

function compareMac(expected: string, found: string | undefined): Sight {
  if (found === expected) return { seen: true };
  const why =
    found === undefined
      ? 'answered, but its hardware address is not in the neighbour table'
      : `answered with the hardware address ${found}`;
  return { seen: false, why: `${why}, where licensing.device.mac is ${expected}` };
}

async function neighbourMac(address: string, run: Run, platform: NodeJS.Platform): Promise<string | undefined> {
  for (const { program, args } of neighbourCommands(platform, address)) {
    const result = await run(program, args);
    if (result !== 'missing') return macOf(address, result.output);
  }
  return undefined;
}
