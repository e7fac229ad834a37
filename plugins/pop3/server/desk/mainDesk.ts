// The desk on the main thread: one for all connections, those in doors among them.
import { BoundedLog, ConnectionGate, type Disposable, type Logger, openFiles } from '@postroom/sdk';
import { networks } from '@postroom/sdk/network';
import type { Pop3Desk } from '../pop3Desk.js';
import { serverLimits } from '../serverSettings.js';
import type { Pop3DeskServices } from './deskServices.js';
import { HeldMaildrops } from './heldMaildrops.js';
import { MainVisit, type VisitParts } from './mainVisit.js';

const TRUSTED = 'pop3.plaintextNetworks';

export class MainDesk implements Pop3Desk, Disposable {
  readonly log: Logger;
  readonly complaints: BoundedLog;
  /** What its connections may take of the descriptors of the process. */
  readonly share = openFiles().share('pop3');
  readonly held: HeldMaildrops;
  readonly #services: Pop3DeskServices;
  readonly #gate = new ConnectionGate(this.share);
  readonly #parts: VisitParts;
  #isPlaintextNetwork: (address: string) => boolean = () => false;

  constructor(services: Pop3DeskServices) {
    this.log = services.log;
    this.complaints = new BoundedLog(services.log, services.clock);
    this.held = new HeldMaildrops(services);
    this.#services = services;
    this.#parts = { services, held: this.held };
  }

  /** Before the ports open: reads what is fixed while they are open. Throws `settings/invalid`. */
  open(): void {
    this.#isPlaintextNetwork = networks(this.#services.settings.get<readonly string[]>(TRUSTED), TRUSTED);
  }

  admit(peer: string, cut: () => void): MainVisit | undefined {
    const { badCommands, loginMs, idleMs, ...limits } = serverLimits(this.#services.settings);
    const makeRoom = (): void => {
      this.complaints.warn('made room', `POP3 connection from ${peer} closed: too many wait without a login.`, { peer });
      cut();
    };
    const guest = this.#gate.admit(peer, limits, makeRoom);
    if (guest === undefined) {
      this.complaints.warn('refused', `POP3 connection from ${peer} refused: too many are open.`, { peer });
      return undefined;
    }
    const terms = { badCommands, loginMs, idleMs, trustsPlaintext: this.#isPlaintextNetwork(peer) };
    return new MainVisit(this.#parts, peer, terms, guest);
  }

  /** The ports are closed: says what is still to be said. */
  dispose(): void {
    this.complaints.dispose();
  }
}
