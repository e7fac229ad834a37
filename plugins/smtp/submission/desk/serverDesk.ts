// The desk of the server: lets connections in by one count for all ports and threads, and tells the log whom it keeps out.
import type { ConnectionGate, ConnectionLimits, Guest } from '@postroom/sdk';
import type { AdmittedClient, SubmissionDesk } from '../submissionDesk.js';
import { DeskClient } from './deskClient.js';
import type { DeskServices } from './deskServices.js';
import { MissingLogins } from './missingLogins.js';

/** How the settings have it, from the opening of the ports to their closing. */
export interface DeskRules {
  readonly gate: ConnectionGate;
  readonly limits: ConnectionLimits;
  /** Devices that may send without a login. */
  readonly isTrusted: (address: string) => boolean;
}

export class ServerDesk implements SubmissionDesk {
  readonly #missingLogins: MissingLogins;

  constructor(
    private readonly services: DeskServices,
    private readonly rules: DeskRules,
  ) {
    this.#missingLogins = new MissingLogins(services.log);
  }

  admit(address: string, close: () => void): AdmittedClient | undefined {
    const { complaints } = this.services;
    const guest: Guest | undefined = this.rules.gate.admit(address, this.rules.limits, () => {
      complaints.warn('made room', `SMTP connection from ${address} closed: too many wait without a login.`, { peer: address });
      close();
    });
    if (guest === undefined) {
      complaints.warn('refused', `SMTP connection from ${address} refused: too many are open.`, { peer: address });
      return undefined;
    }
    const { isTrusted } = this.rules;
    return new DeskClient(address, { ...this.services, guest, isTrusted, missingLogins: this.#missingLogins });
  }
}
