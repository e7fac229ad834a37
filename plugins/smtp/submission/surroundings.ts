// What the SMTP ports share with each other and with their connections.
import type { Socket } from 'node:net';
import type { BoundedLog, ConnectionGate, ConnectionLimits, Guest, Refusals } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

export const MAX_COMMAND_OCTETS = 16 * 1024;
/** For a whole TLS handshake. */
export const HANDSHAKE_MS = 30_000;

export interface Surroundings {
  /** Devices that may send without a login, and whose way to write commands is borne with. */
  readonly isTrusted: (address: string) => boolean;
  /** Whether a login may cross an unencrypted connection from this address. */
  readonly mayLogInPlainly: (address: string) => boolean;
  readonly gate: ConnectionGate;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly refusals: Refusals;
  /** What clients do wrong. */
  readonly complaints: BoundedLog;
}

/** Somebody at the port, from the first octet on. */
export interface SubmissionClient {
  readonly guest: Guest;
  readonly address: string;
  /** What to close the connection by: the wrap of TLS where there is one. */
  top: Socket;
}
