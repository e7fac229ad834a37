// The SMTP ports: opened as the settings say, each with the server's own certificate, closed without losing a running message.
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { ConnectionLimits, Disposable, OpenPort, PortListener, PortSecurity, Settings } from '@postroom/sdk';
import { BoundedLog, ConnectionGate, openFiles, Refusals, sentenceOf } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import { networks, ProxyHeaders } from '@postroom/sdk/network';
import type { Certificates } from '@postroom/sdk/services';
import type { SMTPServerOptions } from 'smtp-server';
import { TRUSTED_NETWORKS } from './senderChecks.js';
import { type SessionServices, SubmissionSessions } from './session.js';
import { StrictServer } from './strictServer.js';
import type { Surroundings } from './surroundings.js';

interface PortSetting {
  readonly host?: string;
  readonly port: number;
  readonly security: PortSecurity;
  /** Load balancers, as networks: each connection of theirs begins with a PROXY header. */
  readonly proxies?: readonly string[];
}

const LISTEN = 'smtp.listen';
const PLAINTEXT = 'smtp.plaintextNetworks';

/** Load balancers in front of any of the ports. */
export function proxiesIn(settings: Settings): readonly string[] {
  return settings.get<readonly PortSetting[]>(LISTEN).flatMap(({ proxies = [] }) => proxies);
}

export class SubmissionListener implements PortListener {
  readonly name = 'SMTP';
  /** One for all ports: the limits are the server's. */
  readonly #share = openFiles().share('smtp');
  readonly #gate = new ConnectionGate(this.#share);
  readonly #proxied: ProxyHeaders;
  readonly #refusals = new Refusals();
  readonly #services: SessionServices;
  #servers: StrictServer[] = [];
  #renewal: Disposable | undefined;
  #naming: Disposable | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly certificates: Certificates,
    services: Omit<SessionServices, 'complaints'>,
  ) {
    this.#services = { ...services, complaints: new BoundedLog(services.log, services.clock) };
    const { log, clock } = services;
    this.#proxied = new ProxyHeaders({ name: this.name, setting: LISTEN, log, clock, share: this.#share });
  }

  async start(): Promise<readonly OpenPort[]> {
    const isTrusted = networks(this.settings.get<readonly string[]>(TRUSTED_NETWORKS), TRUSTED_NETWORKS);
    const size = this.settings.get<number>('smtp.maxMessageBytes');
    const sessions = new SubmissionSessions(this.#services, size, isTrusted);
    const isPlaintextNetwork = networks(this.settings.get<readonly string[]>(PLAINTEXT), PLAINTEXT);
    const mayLogInPlainly = (address: string): boolean => isTrusted(address) || isPlaintextNetwork(address);
    const surroundings = {
      ...this.#services,
      isTrusted,
      mayLogInPlainly,
      gate: this.#gate,
      refusals: this.#refusals,
      limits: this.#limits(),
    };
    this.#renewal = this.certificates.onDidChange(() => {
      for (const server of this.#servers) {
        server.updateSecureContext(this.certificates.pem);
      }
    });
    this.#naming = this.settings.onDidChange(['server.name'], () => {
      for (const server of this.#servers) {
        server.options.name = this.#name();
      }
    });
    const ports = this.settings.get<readonly PortSetting[]>(LISTEN);
    return await Promise.all(
      ports.map(async (port) => {
        const problem = missingCertificate(this.certificates, port.security);
        return problem === undefined ? this.#open(port, this.#server(port, sessions, size, surroundings)) : { ...askedFor(port), problem };
      }),
    );
  }

  async stop(graceMs: number): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    this.#proxied.dispose();
    await this.#renewal?.dispose();
    await this.#naming?.dispose();
    await Promise.all(servers.map((server) => server.shutdown(graceMs)));
    this.#services.complaints.dispose();
  }

  #limits(): ConnectionLimits {
    const connections = this.settings.get<number>('smtp.maxConnections');
    const connectionsPerAddress = this.settings.get<number>('smtp.maxConnectionsPerAddress');
    return { connections, connectionsPerAddress, connectionsBeforeLogin: connections };
  }

  #server(port: PortSetting, sessions: SubmissionSessions, size: number, surroundings: Surroundings): StrictServer {
    const server: StrictServer = new StrictServer(
      {
        ...(port.security === 'plain' ? {} : this.certificates.pem),
        name: this.#name(),
        secure: port.security === 'tls',
        hideSTARTTLS: port.security !== 'starttls',
        size,
        maxRecipients: this.settings.get<number>('smtp.maxRecipients'),
        ...handlersOf(sessions, () => server.dismissIdle()),
      },
      surroundings,
    );
    this.#proxied.standBefore(server.server, port.proxies);
    // Broken handshakes and connections: they concern one client each, who is gone.
    server.on('error', (error: Error) => this.#services.log.debug('An SMTP connection failed.', { reason: error.message }));
    return server;
  }

  #name(): string {
    return this.settings.get<string>('server.name') || hostname();
  }

  #open(port: PortSetting, server: StrictServer): Promise<OpenPort> {
    const asked = askedFor(port);
    return new Promise((resolve) => {
      const fail = (error: NodeJS.ErrnoException): void => resolve({ ...asked, problem: portProblem(port, error) });
      server.server.once('error', fail);
      server.listen({ port: port.port, ...(port.host === undefined ? {} : { host: port.host }) }, () => {
        server.server.off('error', fail);
        this.#servers.push(server);
        const { address, port: opened } = server.server.address() as AddressInfo;
        resolve({ ...asked, host: address, port: opened });
      });
    });
  }
}

/** The library's handlers: callbacks in, promises out. */
function handlersOf(sessions: SubmissionSessions, afterMessage: () => void): SMTPServerOptions {
  return {
    // Synchronous on purpose: the greeting leaves before anything that the client sent early is read.
    onConnect: (session, done) => {
      try {
        sessions.connect(session);
      } catch (error) {
        return done(error as Error);
      }
      done();
    },
    onAuth: (login, session, done) => {
      sessions.authenticate(login, session).then(
        (user) => done(null, { user }),
        (error: Error) => done(error),
      );
    },
    onMailFrom: (address, session, done) => {
      sessions.mail(address.address, session).then(() => done(), done);
    },
    onRcptTo: (address, _session, done) => {
      try {
        sessions.recipient(address);
      } catch (error) {
        return done(error as Error);
      }
      done();
    },
    onData: (stream, session, done) => {
      sessions
        .data(stream, session)
        .then((text) => done(null, text), done)
        .finally(afterMessage)
        .catch(() => undefined);
    },
    onClose: (session) => sessions.close(session),
  };
}

function askedFor({ host = '', port, security }: PortSetting): OpenPort {
  return { protocol: 'smtp', host, port, security };
}

/** Why a port is not open and what to do. */
function portProblem({ host, port }: PortSetting, error: NodeJS.ErrnoException): string {
  const where = `${port === 0 ? 'A free port' : `Port ${port}`}${host === undefined ? '' : ` at ${host}`}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program. Stop that mail server, or choose another port in "smtp.listen".`;
    case 'EACCES':
      return `${where} needs special rights (below 1024). Start Postroom as a service that may open it, or choose another port in "smtp.listen".`;
    case 'EADDRNOTAVAIL':
      return `${where} cannot be opened: this computer does not have that address. Correct "host" in "smtp.listen".`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${where} cannot be opened: no address is known by that name. Write an IP address as "host" in "smtp.listen".`;
    default:
      return `${where} cannot be opened (${sentenceOf(error)}). Check "smtp.listen".`;
  }
}
