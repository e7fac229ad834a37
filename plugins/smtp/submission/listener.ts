// The SMTP ports: opened as the settings say, each with the server's own certificate, closed without losing a running message.
import type { AddressInfo, Server } from 'node:net';
import { hostname } from 'node:os';
import type { ConnectionLimits, Disposable, OpenPort, PortListener, Settings } from '@postroom/sdk';
import { BoundedLog, ConnectionGate, openFiles } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import { networks } from '@postroom/sdk/network';
import type { Certificates } from '@postroom/sdk/services';
import { type DeskServices, ServerDesk } from './desk/serverDesk.js';
import { type CertificatePem, type FrontRules, LISTEN, SubmissionFront, type SubmissionPort } from './front/submissionFront.js';
import { smtpPortProblem } from './portProblem.js';
import { TRUSTED_NETWORKS } from './senderChecks.js';

/** Load balancers in front of any of the ports. */
export function proxiesIn(settings: Settings): readonly string[] {
  return settings.get<readonly SubmissionPort[]>(LISTEN).flatMap(({ proxies = [] }) => proxies);
}

export class SubmissionListener implements PortListener {
  readonly name = 'SMTP';
  /** One for all ports: the limits are the server's. */
  readonly #share = openFiles().share('smtp');
  readonly #gate = new ConnectionGate(this.#share);
  readonly #services: DeskServices;
  #front: SubmissionFront | undefined;
  #renewal: Disposable | undefined;
  #naming: Disposable | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly certificates: Certificates,
    services: Omit<DeskServices, 'complaints'>,
  ) {
    this.#services = { ...services, complaints: new BoundedLog(services.log, services.clock) };
  }

  async start(): Promise<readonly OpenPort[]> {
    const isTrusted = networks(this.settings.get<readonly string[]>(TRUSTED_NETWORKS), TRUSTED_NETWORKS);
    const desk = new ServerDesk(this.#services, { gate: this.#gate, limits: this.#limits(), isTrusted });
    const { log, clock } = this.#services;
    const front = new SubmissionFront(this.#rules(), { desk, clock, log, share: this.#share });
    this.#front = front;
    this.#renewal = this.certificates.onDidChange(() => front.renew(this.#certificate()));
    this.#naming = this.settings.onDidChange(['server.name'], () => front.rename(this.#name()));
    return await Promise.all(this.settings.get<readonly SubmissionPort[]>(LISTEN).map((port) => this.#open(port, front)));
  }

  async stop(graceMs: number): Promise<void> {
    const closed = this.#front?.close(graceMs);
    this.#front = undefined;
    await this.#renewal?.dispose();
    await this.#naming?.dispose();
    await closed;
    this.#services.complaints.dispose();
  }

  #limits(): ConnectionLimits {
    const connections = this.settings.get<number>('smtp.maxConnections');
    const connectionsPerAddress = this.settings.get<number>('smtp.maxConnectionsPerAddress');
    return { connections, connectionsPerAddress, connectionsBeforeLogin: connections };
  }

  #rules(): FrontRules {
    const { settings } = this;
    return {
      name: this.#name(),
      size: settings.get<number>('smtp.maxMessageBytes'),
      maxRecipients: settings.get<number>('smtp.maxRecipients'),
      trustedNetworks: settings.get<readonly string[]>(TRUSTED_NETWORKS),
      plaintextNetworks: settings.get<readonly string[]>('smtp.plaintextNetworks'),
      certificate: missingCertificate(this.certificates, 'tls') === undefined ? this.#certificate() : undefined,
    };
  }

  #certificate(): CertificatePem {
    const { key, cert } = this.certificates.pem;
    return { key, cert };
  }

  #name(): string {
    return this.settings.get<string>('server.name') || hostname();
  }

  async #open(port: SubmissionPort, front: SubmissionFront): Promise<OpenPort> {
    const asked = { protocol: 'smtp', host: port.host ?? '', port: port.port, security: port.security };
    const missing = missingCertificate(this.certificates, port.security);
    if (missing !== undefined) return { ...asked, problem: missing };
    try {
      const { address, port: opened } = await front.serve(port, (server) => listening(server, port));
      return { ...asked, host: address, port: opened };
    } catch (error) {
      return { ...asked, problem: smtpPortProblem(port, error as NodeJS.ErrnoException) };
    }
  }
}

function listening(server: Server, { host, port }: SubmissionPort): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
