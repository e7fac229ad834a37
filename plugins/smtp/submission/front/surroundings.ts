// What the SMTP ports of a thread share with each other and with their connections.
import type { Socket } from 'node:net';
import type { MailboxRef, Refusals } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { AdmittedClient, SubmissionDesk } from '../submissionDesk.js';

export const MAX_COMMAND_OCTETS = 16 * 1024;
/** For a whole TLS handshake. */
export const HANDSHAKE_MS = 30_000;

export interface Surroundings {
  readonly desk: SubmissionDesk;
  /** Devices that may send without a login, and whose way to write commands is borne with. */
  readonly isTrusted: (address: string) => boolean;
  /** Whether a login may cross an unencrypted connection from this address. */
  readonly mayLogInPlainly: (address: string) => boolean;
  readonly clock: Clock;
  readonly refusals: Refusals;
}

/** Somebody at the port who was let in. */
export interface SubmissionClient {
  readonly atDesk: AdmittedClient;
  readonly address: string;
  /** What to close the connection by: the wrap of TLS where there is one. */
  top: Socket;
  /** A connection of the library has it, and says when it is closed. */
  hasSession: boolean;
  /** Its connection is closed. May be called more than once. */
  readonly left: (user: MailboxRef | undefined) => void;
}
