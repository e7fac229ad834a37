// A TCP connection to the device, for devices that don't answer ping.
import { connect } from 'node:net';
import type { Sight } from './ping.js';

const PATIENCE_MS = 2_000;

/** Connects, and closes at once without a word. */
export function tcpConnect(address: string, port: number): Promise<Sight> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (sight: Sight): void => {
      socket.destroy();
      resolve(sight);
    };
    // After a standstill of the whole machine timers come first: an answer that is here by then still counts.
    socket.setTimeout(PATIENCE_MS, () => setImmediate(() => end({ seen: false, why: 'did not answer within 2 seconds' })));
    socket.once('connect', () => end({ seen: true }));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end({ seen: false, why: `could not be reached (${error.code ?? error.message})` }),
    );
  });
}
