// Ping, by the system's own program: raw sockets are for the superuser, and its `ping` may use them.
import { isIPv6 } from 'node:net';
import type { Run } from './run.js';

/** What a look at the device found. `why` is the middle of a sentence: `did not answer ping within 2 seconds`. */
export type Sight = { readonly seen: true } | { readonly seen: false; readonly why: string };

const PATIENCE_SECONDS = 2;

/** One echo request, an answer within 2 s, no name look-ups. */
export function pingCommand(platform: NodeJS.Platform, address: string): { readonly program: string; readonly args: readonly string[] } {
  switch (platform) {
    case 'win32':
      return { program: 'ping', args: ['-n', '1', '-w', String(PATIENCE_SECONDS * 1000), address] };
    case 'darwin':
    case 'freebsd':
      // ping6 of macOS has no time limit: the run's ends it.
      if (isIPv6(address)) return { program: 'ping6', args: ['-n', '-c', '1', address] };
      return { program: 'ping', args: ['-n', '-c', '1', '-W', String(PATIENCE_SECONDS * 1000), address] };
    default:
      return { program: 'ping', args: ['-n', '-c', '1', '-W', String(PATIENCE_SECONDS), address] };
  }
}

/**
 * Whether ping's exit code and output say that the address itself answered. Windows exits with 0 also when a router answers that it
 * can't reach the host: only an IPv4 echo reply has a TTL, in every language of Windows.
 */
export function pingAnswered(platform: NodeJS.Platform, address: string, exitCode: number, output: string): boolean {
  if (exitCode !== 0) return false;
  return platform !== 'win32' || isIPv6(address) || /TTL=\d+/i.test(output);
}

export async function ping(address: string, run: Run, platform: NodeJS.Platform): Promise<Sight> {
  const { program, args } = pingCommand(platform, address);
  const result = await run(program, args);
  if (result === 'missing') {
    const why = `could not be looked for: there is no program '${program}' on this computer. Install it, or set licensing.device.port`;
    return { seen: false, why };
  }
  return pingAnswered(platform, address, result.exitCode, result.output)
    ? { seen: true }
    : { seen: false, why: `did not answer ping within ${PATIENCE_SECONDS} seconds` };
}
