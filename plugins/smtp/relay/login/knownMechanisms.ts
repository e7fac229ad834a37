// By which mechanism each account was let in last, so that the next session does not begin with one that goes wrong.
import type { IspServer } from '../ispSettings.js';
import type { Mechanism } from './waysToLogIn.js';

/** In memory only: after a restart one session finds out again. */
export class KnownMechanisms {
  readonly #worked = new Map<string, Mechanism>();

  worked(server: IspServer, mechanism: Mechanism): void {
    // One that the settings named may be weaker than what is found without them.
    if (server.auth === 'auto') this.#worked.set(placeOf(server), mechanism);
  }

  hasWorked(server: IspServer, mechanism: Mechanism): boolean {
    return this.#worked.get(placeOf(server)) === mechanism;
  }

  /** The same ones, with the one in front that worked. */
  inOrder(server: IspServer, mechanisms: readonly Mechanism[]): readonly Mechanism[] {
    return [...mechanisms].sort((one, other) => Number(this.hasWorked(server, other)) - Number(this.hasWorked(server, one)));
  }
}

function placeOf({ host, port, security, login }: IspServer): string {
  return `${host} ${port} ${security} ${login?.user}`;
}
