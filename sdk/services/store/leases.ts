// What one server alone may do of all that share a store: an account's round, a mailbox's session, the tidying.
import { createServiceId } from '../createServiceId.js';

/**
 * What a write bears that only the holder of a lease may do. It is refused with `lease/lost`, nothing of it stored, where somebody else has taken that
 * lease since, and only then: safety rests on the order of tokens, not on a clock.
 */
export interface Fence {
  readonly lease: string;
  /** Grows with each holder. */
  readonly token: number;
}

/** Held until it is released, or until this server has not been heard of for some time (usually half a minute) and another one takes it. */
export interface Lease {
  readonly fence: Fence;
  /** Aborted where another server has taken it: nothing that bears its fence will be stored. The reason is a PostroomError `lease/lost`. */
  readonly lost: AbortSignal;
  /** Others may take it. A write that bears its fence is still good until one does. Never rejects: what the store does not hear of ends by time. */
  release(): Promise<void>;
}

/** A server on the store. */
export interface StoreServer {
  /** Given by the store at its start, and never again. */
  readonly id: number;
  /** What people call it; two servers on a store have different ones. */
  readonly name: string;
  readonly isThis: boolean;
  readonly since: Date;
  /** When the store heard of it last. */
  readonly heardAt: Date;
  /** It has not been heard of for so long that others may take what it holds. */
  readonly isGone: boolean;
  /** By the names under which they were taken; a mailbox's as people know it: `maildrop/andrew@company`, `maildrop/admin1`. */
  readonly holds: readonly { readonly lease: string; readonly since: Date }[];
}

export interface Leases {
  /**
   * Takes a lease: `round/ACCOUNT`, `send/ACCOUNT`, `maildrop/MAILBOX`, `schedule`, `held`, `tidy`. `undefined` while somebody has it, on this server or another one. The store
   * keeps it alive as long as this server lives.
   */
  take(name: string): Promise<Lease | undefined>;
  /** Servers on the store, this one among them, in the order of their names. One that is gone stands here until others have taken over what it left. */
  servers(): Promise<readonly StoreServer[]>;
}
export const Leases = createServiceId<Leases>('Leases');
