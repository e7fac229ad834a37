// An account's turn in a round: of all servers on the store one collects it at a time, and nothing of another one is stored.
import { type AccountJournal, type Disposable, type Intake, PostroomError } from '@postroom/sdk';
import type { Clock, Fence, Lease, Leases } from '@postroom/sdk/services';
import { hasCode } from '../../base/hasCode.js';
import { JoinedAbort } from '../../base/joinedAbort.js';
import { pause } from '../../base/pause.js';

/** Somebody who asked for mail waits so long for another server that collects it. */
export const PATIENCE_MS = 3 * 60_000;
const LOOK_AGAIN_MS = 1_000;

export class AccountTurn implements Disposable {
  readonly #over: JoinedAbort;
  #isRefused = false;

  constructor(
    private readonly lease: Lease,
    outer: AbortSignal,
  ) {
    this.#over = new JoinedAbort([outer, lease.lost]);
  }

  /** For every write of the turn. */
  get fence(): Fence {
    return this.lease.fence;
  }

  /** Aborted where another server has taken the account over, and where `outer` is. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Another server has taken the account over. */
  get isLost(): boolean {
    return this.#isRefused || this.lease.lost.aborted;
  }

  intake(intake: Intake): Intake {
    return { accept: (octets, from) => this.watch(intake.accept(octets, from)) };
  }

  journal(journal: AccountJournal): AccountJournal {
    return {
      entries: () => journal.entries(),
      gone: (uidls) => this.watch(journal.gone(uidls)),
      listed: (uidls) => this.watch(journal.listed(uidls)),
      attempt: (uidls) => this.watch(journal.attempt(uidls)),
      ended: (tries) => this.watch(journal.ended(tries)),
    };
  }

  /** A write that is refused ends the turn: it may be the first to learn that the lease is lost, and no plugin is to blame for it. */
  async watch<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (error) {
      if (hasCode(error, 'lease/lost')) {
        this.#isRefused = true;
        this.#over.abort(error);
      }
      throw error;
    }
  }

  /** Never rejects. */
  dispose(): Promise<void> {
    this.#over.dispose();
    return this.lease.release();
  }
}

/** `undefined` where another server has the account's turn; a patient call waits for its end, but not for ever, and not once `signal` is aborted. */
export async function takeTurn(
  account: string,
  { isPatient, signal }: { readonly isPatient: boolean; readonly signal: AbortSignal },
  { leases, clock }: { readonly leases: Pick<Leases, 'take'>; readonly clock: Clock },
): Promise<AccountTurn | undefined> {
  const until = clock.monotonic() + (isPatient ? PATIENCE_MS : 0);
  for (;;) {
    const lease = await leases.take(`round/${account}`);
    if (lease !== undefined) return new AccountTurn(lease, signal);
    if (signal.aborted || clock.monotonic() >= until) return undefined;
    await pause(clock, LOOK_AGAIN_MS, signal);
  }
}

/** What a server is told whose turn another one has taken. */
export function turnLost(account: string): PostroomError {
  return new PostroomError('lease/lost', `Another server collects ${account} now. It goes on where this one ended.`, { account });
}
