// The SMTP ports: opened as the settings say, each with the server's own certificate, closed without losing a running message.
import { hostname } from 'node:os';
import type { ConnectionLimits, Disposable, OpenPort, PluginContext, PortListener, Settings } from '@postroom/sdk';
import { BoundedLog, ConnectionGate, openFiles } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import { networks, openPort, type PortPlace } from '@postroom/sdk/network';
import type { Certificates, Doors, ProtocolDoors } from '@postroom/sdk/services';
import type { DeskServices } from './desk/deskServices.js';
import { ServerDesk } from './desk/serverDesk.js';
import { DoorAttendance } from './door/doorAttendance.js';
import type { SubmissionDoorSetup } from './door/doorFront.js';
import { type CertificatePem, type FrontRules, LISTEN, SubmissionFront, type SubmissionPort } from './front/submissionFront.js';
import { smtpPortProblem } from './portProblem.js';
import { TRUSTED_NETWORKS } from './senderChecks.js';

/** Load balancers in front of any of the ports. */
export function proxiesIn(settings: Settings): readonly string[] {
  return settings.get<readonly SubmissionPort[]>(LISTEN).flatMap(({ proxies = [] }) => proxies);
}

/** As `contributes.doors` of the manifest has it. */
const DOOR_MODULE = './dist/door.js';

export interface ListenerParts {
  readonly settings: Settings;
  readonly certificates: Certificates;
  /** Opens doors for the plugin that this is; `undefined` where there can be none. */
  readonly doors: () => Doors | undefined;
  readonly plugin: Pick<PluginContext, 'id' | 'folder' | 'manifest'>;
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

  #inDoors: ProtocolDoors | undefined;

  constructor(
    private readonly parts: ListenerParts,
    services: Omit<DeskServices, 'complaints'>,
  ) {
    this.#services = { ...services, complaints: new BoundedLog(services.log, services.clock) };
  }

  async start(): Promise<readonly OpenPort[]> {
    const { settings, certificates } = this.parts;
    const isTrusted = networks(settings.get<readonly string[]>(TRUSTED_NETWORKS), TRUSTED_NETWORKS);
    const desk = new ServerDesk(this.#services, { gate: this.#gate, limits: this.#limits(), isTrusted });
    const { log, clock } = this.#services;
    const front = new SubmissionFront(this.#rules(), { desk, clock, log, share: this.#share });
    this.#front = front;
    this.#renewal = certificates.onDidChange(() => this.#renew(front));
    this.#naming = settings.onDidChange(['server.name'], () => this.#rename(front));
    const doors = this.parts.doors();
    const ports = await Promise.all(
      settings.get<readonly SubmissionPort[]>(LISTEN).map((port) => this.#open(port, front, doors?.sharePorts === true)),
    );
    if (doors?.sharePorts === true) this.#inDoors = this.#doorsOf(doors, desk, front, ports);
    await this.#inDoors?.open();
    return ports.map(({ open }) => open);
  }

  async stop(graceMs: number): Promise<void> {
    const closed = Promise.all([this.#front?.close(graceMs), this.#inDoors?.close(graceMs)]);
    this.#front = undefined;
    this.#inDoors = undefined;
    await this.#renewal?.dispose();
    await this.#naming?.dispose();
    await closed;
    this.#services.complaints.dispose();
  }

  #limits(): ConnectionLimits {
    const connections = this.parts.settings.get<number>('smtp.maxConnections');
    const connectionsPerAddress = this.parts.settings.get<number>('smtp.maxConnectionsPerAddress');
    return { connections, connectionsPerAddress, connectionsBeforeLogin: connections };
  }

  #rules(): FrontRules {
    const { settings } = this.parts;
    return {
      name: this.#name(),
      size: settings.get<number>('smtp.maxMessageBytes'),
      maxRecipients: settings.get<number>('smtp.maxRecipients'),
      trustedNetworks: settings.get<readonly string[]>(TRUSTED_NETWORKS),
      plaintextNetworks: settings.get<readonly string[]>('smtp.plaintextNetworks'),
      certificate: missingCertificate(this.parts.certificates, 'tls') === undefined ? this.#certificate() : undefined,
    };
  }

  #certificate(): CertificatePem {
    const { key, cert } = this.parts.certificates.pem;
    return { key, cert };
  }

  #name(): string {
    return this.parts.settings.get<string>('server.name') || hostname();
  }

  async #open(port: SubmissionPort, front: SubmissionFront, shared: boolean): Promise<AskedPort> {
    const asked = { protocol: 'smtp', host: port.host ?? '', port: port.port, security: port.security };
    const missing = missingCertificate(this.parts.certificates, port.security);
    if (missing !== undefined) return { asked: port, open: { ...asked, problem: missing } };
    try {
      const at = await front.serve(port, (server) => openPort(server, place(port), shared));
      return { asked: port, open: { ...asked, host: at.address, port: at.port } };
    } catch (error) {
      return { asked: port, open: { ...asked, problem: smtpPortProblem(port, error as NodeJS.ErrnoException) } };
    }
  }

  #doorsOf(doors: Doors, desk: ServerDesk, front: SubmissionFront, ports: readonly AskedPort[]): ProtocolDoors {
    const joined = ports.flatMap(({ asked: { security, proxies }, open: { host, port, problem } }) =>
      problem === undefined ? [{ security, ...(proxies !== undefined && { proxies }), at: { address: host, port } }] : [],
    );
    return doors.protocol(this.parts.plugin, DOOR_MODULE, {
      setup: (): SubmissionDoorSetup => ({ rules: front.rules, ports: joined }),
      attend: (line) => new DoorAttendance(line, desk, this.#services.log),
    });
  }

  #renew(front: SubmissionFront): void {
    const certificate = this.#certificate();
    front.renew(certificate);
    this.#inDoors?.tellAll('certificate', certificate);
  }

  #rename(front: SubmissionFront): void {
    const name = this.#name();
    front.rename(name);
    this.#inDoors?.tellAll('name', name);
  }
}

/** A port of the settings and what came of it. */
interface AskedPort {
  readonly asked: SubmissionPort;
  readonly open: OpenPort;
}

function place({ host, port }: SubmissionPort): PortPlace {
  return { port, ...(host !== undefined && { host }) };
}
