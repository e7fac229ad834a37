// The POP3 ports: opened together on the main thread, joined by doors, closed together.
import type { Server } from 'node:net';
import type { Disposable, OpenPort, PluginContext, PortListener } from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import { openPort } from '@postroom/sdk/network';
import type { Certificates, DoorKeeper, Doors, ProtocolDoors } from '@postroom/sdk/services';
import type { Pop3DeskServices } from './desk/deskServices.js';
import { MainDesk } from './desk/mainDesk.js';
import { Pop3Attendance } from './door/attendance.js';
import type { Pop3DoorSetup } from './door/pop3DoorFront.js';
import type { KeyAndCertificate } from './front/handshakes.js';
import { Pop3Front } from './front/pop3Front.js';
import { portProblem } from './portProblem.js';
import { type ListenEntry, listenEntries } from './serverSettings.js';

/** As `contributes.doors` of the manifest has it. */
const DOOR_MODULE = './dist/serverDoor.js';
/** On fewer cores the way to a door and back takes more than the door gives. */
const FROM_CORES = 4;
/** Octets that the sessions of the main thread together may hold ready. */
const READ_AHEAD_OCTETS = 32 * 1024 * 1024;

export interface ListenerServices extends Pop3DeskServices {
  readonly certificates: Certificates;
  /** `undefined` where nobody provides them. */
  readonly doors: () => Doors | undefined;
  /** Whose doors they are. */
  readonly plugin: Pick<PluginContext, 'id' | 'folder' | 'manifest'>;
}

/** An entry of the settings and what came of it. */
interface AskedPort {
  readonly entry: ListenEntry;
  readonly open: OpenPort;
}

export class Pop3Listener implements PortListener {
  readonly name = 'POP3';
  readonly #services: ListenerServices;
  readonly #desk: MainDesk;
  readonly #front: Pop3Front;
  readonly #servers = new Set<Server>();
  #inDoors: ProtocolDoors | undefined;
  #renewal: Disposable | undefined;

  constructor(services: ListenerServices) {
    this.#services = services;
    this.#desk = new MainDesk(services);
    this.#front = new Pop3Front({ desk: this.#desk, clock: services.clock, share: this.#desk.share, readAheadOctets: READ_AHEAD_OCTETS });
  }

  async start(): Promise<readonly OpenPort[]> {
    const { settings, certificates } = this.#services;
    this.#desk.open();
    this.#front.start(this.#certificate());
    this.#renewal = certificates.onDidChange(() => this.#renew());
    const doors = this.#services.doors();
    const isShared = doors?.sharePorts === true;
    let ports: readonly AskedPort[] = [];
    if (isShared) {
      const keeper = this.#keeper(() => ports);
      this.#inDoors = doors.protocol(this.#services.plugin, DOOR_MODULE, keeper, { fromCores: FROM_CORES });
    }
    ports = await Promise.all(listenEntries(settings).map((entry) => this.#open(entry, isShared)));
    // The ports are open without them.
    void this.#inDoors?.open();
    return ports.map(({ open }) => open);
  }

  async stop(graceMs: number): Promise<void> {
    const closed = [...this.#servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.#servers.clear();
    await Promise.all([...closed, this.#front.end(graceMs), this.#closeDoors(graceMs)]);
    this.#desk.dispose();
    await this.#renewal?.dispose();
    this.#renewal = undefined;
  }

  /** Mailboxes are let go of before the store closes, so that another server has them at once: those of doors that were ended as well. */
  async #closeDoors(graceMs: number): Promise<void> {
    if (this.#inDoors === undefined) return;
    await this.#inDoors.close(graceMs);
    this.#inDoors = undefined;
    await this.#desk.held.free(graceMs);
  }

  #keeper(ports: () => readonly AskedPort[]): DoorKeeper {
    return {
      setup: (): Pop3DoorSetup => ({ certificate: this.#certificate(), ports: ports().flatMap(joinable) }),
      attend: (line) => new Pop3Attendance(line, this.#desk),
    };
  }

  async #open(entry: ListenEntry, isShared: boolean): Promise<AskedPort> {
    const asked = { protocol: 'pop3', host: entry.host ?? '::', port: entry.port, security: entry.security } as const;
    const missing = missingCertificate(this.#services.certificates, entry.security);
    if (missing !== undefined) return { entry, open: { ...asked, problem: missing } };
    const server = this.#front.serve(entry);
    try {
      const { address, port } = await openPort(
        server,
        { port: entry.port, ...(entry.host !== undefined && { host: entry.host }) },
        isShared,
      );
      server.on('error', (error) => this.#services.log.error(`POP3 port ${entry.port}: ${error.message}`));
      this.#servers.add(server);
      return { entry, open: { ...asked, host: address, port } };
    } catch (error) {
      return { entry, open: { ...asked, problem: portProblem(error as NodeJS.ErrnoException, entry.host, entry.port) } };
    }
  }

  #certificate(): KeyAndCertificate | undefined {
    const { certificates } = this.#services;
    if (missingCertificate(certificates, 'tls') !== undefined) return undefined;
    const { key, cert } = certificates.pem;
    return { key, cert };
  }

  #renew(): void {
    const certificate = this.#certificate();
    if (certificate === undefined) return;
    this.#front.renew(certificate);
    this.#inDoors?.tellAll('certificate', certificate);
  }
}

function joinable({ entry, open: { host, port, problem } }: AskedPort): Pop3DoorSetup['ports'] {
  return problem === undefined ? [{ entry, at: { address: host, port } }] : [];
}
