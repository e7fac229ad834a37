// What a server at work has: time, certificates, rounds, room on its disk, a licence.
import type { SecureContext } from 'node:tls';
import type { Disposable, MaybePromise } from '../disposable.js';
import type { FetchReport, RoundReason } from '../fetching.js';
import type { LicenceVerdict } from '../licensing.js';
import { createServiceId } from './createServiceId.js';

/** Time, so that tests can have their own. */
export interface Clock {
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
  /** Calls once after `ms`; longer than 2^31-1 ms is allowed. */
  after(ms: number, call: () => void): Disposable;
}
export const Clock = createServiceId<Clock>('Clock');

/** What this server was opened for. */
export interface StartMode {
  /** False: for commands on a data folder alone. No port opens, no round runs by itself, and what is only looked at is not changed. */
  readonly serves: boolean;
  /** Aborted where the server is asked to end before it has started: a start that waits for something gives up. */
  readonly ended: AbortSignal;
}
export const StartMode = createServiceId<StartMode>('StartMode');

/** The start of this server, for work that has its place in it. */
export interface Startup {
  /**
   * Runs `work` once every plugin is active, before anything is sent and any port opens: the start waits for it. Where that was before, `work` runs as soon as
   * the plugins that are being switched now are. What it rejects with is logged, and the start goes on. Disposing calls off what has not begun.
   */
  whenActive(work: () => MaybePromise<void>): Disposable;
}
export const Startup = createServiceId<Startup>('Startup');

/** The server's own certificate: from files in the settings, or made at first start under an authority of the server's own. */
export interface Certificates {
  /** For tls.createServer's SNICallback and new contexts: always the newest, also after a file was replaced on disk. */
  current(): SecureContext;
  /** PEM, for libraries that want the text. */
  readonly pem: { readonly key: string; readonly cert: string };
  /**
   * PEM of the authority that has signed it, for people to trust once: later certificates are under it as well. `undefined` where the certificate
   * comes from the settings.
   */
  readonly authority: string | undefined;
  onDidChange(listener: () => void): Disposable;
}
export const Certificates = createServiceId<Certificates>('Certificates');

/** Send/receive now. */
export interface Rounds {
  /**
   * Starts a round. Joins one that runs if that has all of these accounts, and else waits for its end first: rounds of one server never overlap. With the
   * reason `user` nothing rests after a failure: what the joined round passed over is tried within it, and an account that another server collects is
   * waited for, for minutes.
   */
  run(reason: RoundReason, accounts?: readonly string[]): Promise<RoundReport>;
  /** What an account failed for may be mended, such as its password: neither fetching nor sending waits for its back-off any longer. */
  wake(account: string): void;
}
export const Rounds = createServiceId<Rounds>('Rounds');

export interface RoundReport {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly sent: number;
  readonly deferred: number;
  readonly bounced: number;
  /** Without those that another server collected meanwhile. */
  readonly accounts: readonly ({ readonly account: string } & FetchReport)[];
}

/** Room in the store: where there is none, mail waits at the ISP or with the client. */
export interface FreeSpace {
  /** A sentence where no mail can be taken in now: the store failed, cannot be reached, or has less room than `server.freeSpaceFloorMB`. */
  problem(): Promise<string | undefined>;
}
export const FreeSpace = createServiceId<FreeSpace>('FreeSpace');

/** May the service run? */
export interface Licence {
  readonly verdict: LicenceVerdict;
  /** Asks onLicenseCheck again, as the device plugin does when the device comes or goes. */
  recheck(): LicenceVerdict;
  onDidChange(listener: (verdict: LicenceVerdict) => void): Disposable;
}
export const Licence = createServiceId<Licence>('Licence');
