// By which way each account was let in last, so that the next session does not begin with one that goes wrong.
import type { IspAccount } from '../ispAccount.js';
import type { Way } from './waysToLogIn.js';

/** In memory only: after a restart one session finds out again. */
export class KnownWays {
  readonly #worked = new Map<string, Way>();

  worked(account: IspAccount, way: Way): void {
    // One that the settings named may be weaker than what is found without them.
    if (account.auth === 'auto') this.#worked.set(placeOf(account), way);
  }

  wayOf(account: IspAccount): Way | undefined {
    return this.#worked.get(placeOf(account));
  }

  /** Whether this way has let the account in: then a refusal of it is about the name or the password. */
  hasWorked(account: IspAccount, way: Way): boolean {
    return this.wayOf(account) === way;
  }

  /** The same ways, with the one in front that worked. */
  inOrder(account: IspAccount, ways: readonly Way[]): readonly Way[] {
    return [...ways].sort((one, other) => Number(this.hasWorked(account, other)) - Number(this.hasWorked(account, one)));
  }
}

function placeOf({ id, host, port, security }: IspAccount): string {
  return `${id} ${host} ${port} ${security}`;
}
