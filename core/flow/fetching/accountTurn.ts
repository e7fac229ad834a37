// An account's turn in a round: of all servers on the store one collects it at a time, and nothing of another one is stored.
import { type AccountJournal, type Disposable, type Intake, PostroomError } from '@postroom/sdk';
import type { Fence, Lease } from '@postroom/sdk/services';
import { hasCode } from '../../base/hasCode.js';
import { JoinedAbort } from '../../base/joinedAbort.js';
import { type LeaseParts, PATIENCE_MS, takeLease } from '../patientLease.js';

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
  parts: LeaseParts,
): Promise<AccountTurn | undefined> {
  const lease = await takeLease(`round/${account}`, { patienceMs: isPatient ? PATIENCE_MS : 0, signal }, parts);
  return lease && new AccountTurn(lease, signal);
}

/** What a server is told whose turn another one has taken. */
export function turnLost(account: string): PostroomError {
  return new PostroomError('lease/lost', `Another server collects ${account} now. It goes on where this one ended.`, { account });
}
