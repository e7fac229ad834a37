// The SMTP servers of one thread, one for each port: those of the main thread, or those of a door.
import type { Server } from 'node:net';
import { type ConnectionShare, type Logger, type PortSecurity, Refusals } from '@postroom/sdk';
import { networks, ProxyHeaders } from '@postroom/sdk/network';
import type { Clock } from '@postroom/sdk/services';
import { TRUSTED_NETWORKS } from '../senderChecks.js';
import type { SubmissionDesk } from '../submissionDesk.js';
import { StrictServer } from './strictServer.js';
import type { Surroundings } from './surroundings.js';

export const LISTEN = 'smtp.listen';
const PLAINTEXT = 'smtp.plaintextNetworks';

/** A port as `smtp.listen` has it. */
export interface SubmissionPort {
  readonly host?: string;
  readonly port: number;
  readonly security: PortSecurity;
  /** Load balancers, as networks: each connection of theirs begins with a PROXY header. */
  readonly proxies?: readonly string[];
}

/** A certificate with its key, PEM. */
export interface CertificatePem {
  readonly key: string;
  readonly cert: string;
}

/** How the settings have it: data, which can be handed to another thread. */
export interface FrontRules {
  /** The server's name, in the greeting. */
  readonly name: string;
  /** Octets of the largest message. */
  readonly size: number;
  readonly maxRecipients: number;
  readonly trustedNetworks: readonly string[];
  readonly plaintextNetworks: readonly string[];
  /** Missing where there is none: ports with TLS are not opened then. */
  readonly certificate: CertificatePem | undefined;
}

export interface FrontServices {
  readonly desk: SubmissionDesk;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
  /** For connections whose PROXY header has not come. */
  readonly share: ConnectionShare;
}

export class SubmissionFront {
  readonly #surroundings: Surroundings;
  readonly #proxied: ProxyHeaders;
  readonly #servers = new Set<StrictServer>();
  #rules: FrontRules;

  /** Throws `settings/invalid` for what is no network. */
  constructor(
    rules: FrontRules,
    private readonly services: FrontServices,
  ) {
    this.#rules = rules;
    const { desk, clock, log, share } = services;
    const isTrusted = networks(rules.trustedNetworks, TRUSTED_NETWORKS);
    const isPlaintextNetwork = networks(rules.plaintextNetworks, PLAINTEXT);
    const mayLogInPlainly = (address: string): boolean => isTrusted(address) || isPlaintextNetwork(address);
    this.#surroundings = { desk, clock, isTrusted, mayLogInPlainly, refusals: new Refusals() };
    this.#proxied = new ProxyHeaders({ name: 'SMTP', setting: LISTEN, log, clock, share });
  }

  /** As they are now. */
  get rules(): FrontRules {
    return this.#rules;
  }

  /** Serves a port. `listen` has the server listen; where it rejects, nothing is served, and that is passed on. */
  async serve<Result>(
    { security, proxies }: Omit<SubmissionPort, 'host' | 'port'>,
    listen: (server: Server) => Promise<Result>,
  ): Promise<Result> {
    const { name, certificate, size, maxRecipients } = this.#rules;
    const server = new StrictServer(
      {
        ...(security === 'plain' ? {} : certificate),
        name,
        secure: security === 'tls',
        hideSTARTTLS: security !== 'starttls',
        size,
        maxRecipients,
      },
      this.#surroundings,
    );
    this.#proxied.standBefore(server.server, proxies);
    // Broken handshakes and connections: they concern one client each, who is gone.
    server.on('error', (error: Error) => this.services.log.debug('An SMTP connection failed.', { reason: error.message }));
    const result = await listen(server.server);
    this.#servers.add(server);
    return result;
  }

  rename(name: string): void {
    this.#rules = { ...this.#rules, name };
    for (const server of this.#servers) server.options.name = name;
  }

  renew(certificate: CertificatePem): void {
    this.#rules = { ...this.#rules, certificate };
    for (const server of this.#servers) server.updateSecureContext({ ...certificate });
  }

  /**
   * Takes nothing new, says 421 to idle clients at once and to the others when their message is done or `graceMs` are over. Called again, with a shorter
   * grace, that counts.
   */
  async close(graceMs: number): Promise<void> {
    this.#proxied.dispose();
    await Promise.all([...this.#servers].map((server) => server.shutdown(graceMs)));
  }
}
