// nodemailer's connection, which finds a host as everything else on the machine does.
import type { NetConnectOpts } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Node gives an address up before it tries the next one: its 250 ms are too short for a line by satellite, or for one SYN that was lost. */
const NEXT_ADDRESS_MS = 3_000;

export class IspConnection extends SMTPConnection {
  /**
   * The library would ask the DNS by itself, past /etc/hosts and what else the system goes by, for `localhost` too, and wait where no DNS
   * answers. Left alone, Node asks the system and tries each address.
   */
  _resolveAndConnect(options: NetConnectOpts, connectNow: (resolved: object) => void): void {
    Object.assign(options, { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS });
    connectNow({});
  }
}
