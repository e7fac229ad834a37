// The POP3 ports: opened together on the main thread, closed together; doors join those that are open.
import type { AddressInfo, Server } from 'node:net';
import type { Disposable, OpenPort, PortListener } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import type { Certificates } from '@postroom/sdk/services';
import type { DeskServices } from './desk/deskServices.js';
import { MainDesk } from './desk/mainDesk.js';
import { Pop3Front } from './front/pop3Front.js';
import { portProblem } from './front/portProblem.js';
import { type ListenEntry, listenEntries } from './serverSettings.js';

const READ_AHEAD_OCTETS = 32 * 1024 * 1024;

export interface ListenerServices extends DeskServices {
  readonly certificates: Certificates;
}

export class Pop3Listener implements PortListener {
  readonly name = 'POP3';
  readonly #services: ListenerServices;
  readonly #desk: MainDesk;
  readonly #front: Pop3Front;
  readonly #servers = new Set<Server>();
  #renewal: Disposable | undefined;

  constructor(services: ListenerServices) {
    this.#services = services;
    this.#desk = new MainDesk(services);
    this.#front = new Pop3Front({ desk: this.#desk, clock: services.clock, share: this.#desk.share, readAheadOctets: READ_AHEAD_OCTETS });
  }

  async start(): Promise<readonly OpenPort[]> {
    const { settings, certificates } = this.#services;
    this.#desk.open();
    this.#front.start(missingCertificate(certificates, 'tls') === undefined ? certificates.pem : undefined);
    this.#renewal = certificates.onDidChange(() => this.#front.renew(certificates.pem));
    return Promise.all(listenEntries(settings).map((entry) => this.#open(entry)));
  }

  async stop(graceMs: number): Promise<void> {
    const closed = [...this.#servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.#servers.clear();
    await this.#front.end(graceMs);
    await Promise.all(closed);
    this.#desk.dispose();
    await this.#renewal?.dispose();
    this.#renewal = undefined;
  }

  #open(entry: ListenEntry): Promise<OpenPort> {
    const missing = missingCertificate(this.#services.certificates, entry.security);
    if (missing !== undefined) {
      return Promise.resolve({ protocol: 'pop3', host: entry.host ?? '::', port: entry.port, security: entry.security, problem: missing });
    }
    const server = this.#front.serve(entry);
    return new Promise((resolve) => {
      server.once('error', (error) => {
        const problem = portProblem(error, entry.host, entry.port);
        resolve({ protocol: 'pop3', host: entry.host ?? '::', port: entry.port, security: entry.security, problem });
      });
      server.listen({ port: entry.port, ...(entry.host === undefined ? {} : { host: entry.host }) }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.#services.log.error(`POP3 port ${entry.port}: ${error.message}`));
        this.#servers.add(server);
        const { address, port } = server.address() as AddressInfo;
        resolve({ protocol: 'pop3', host: address, port, security: entry.security });
      });
    });
  }
}
