// Logins with the name of a shared address (`mail`, `mail@company.com`), which mail programs propose to everybody who gives them that address. It is
// no user's name, so the login fails; the client must not be told why, and the administrator must.
import { type AccountView, foldCase, type Logger, splitAddress } from '@postroom/sdk';
import { namesOf } from '@postroom/sdk/base';
import type { Accounts, Clock, Events, LoginPeer } from '@postroom/sdk/services';

/** Milliseconds between two mentions of an account: mail programs try again every few minutes. */
const TELL_EVERY_MS = 60 * 60_000;
/** Milliseconds without another one after which it is no problem any more. */
const FORGET_MS = 24 * 60 * 60_000;

interface Seen {
  readonly peer: LoginPeer;
  readonly toldAt: number;
  readonly last: number;
  /** The latest one by the wall clock, for people. */
  readonly at: Date;
}

export class SharedNameLogins {
  /** By account id; of accounts that are gone nothing is shown. */
  readonly #seen = new Map<string, Seen>();

  constructor(
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly events: Events,
    private readonly log: Logger,
  ) {}

  /** `name`: one that is no user's login. */
  note(name: string, peer: LoginPeer): void {
    for (const account of this.accounts.all.filter((each) => isSharedName(each, name))) {
      const now = this.clock.monotonic();
      const known = this.#seen.get(account.id);
      const isTold = known !== undefined && now - known.toldAt < TELL_EVERY_MS;
      this.#seen.set(account.id, { peer, toldAt: isTold ? known.toldAt : now, last: now, at: this.clock.now() });
      if (isTold) continue;
      const sentence = whatIsWrong(account, peer);
      this.log.warn(sentence, { account: account.id, address: peer.address, protocol: peer.protocol });
      this.events.emit({ type: 'problem', source: account.id, sentence });
    }
  }

  /** What was seen within a day, since the start, in sentences. */
  get problems(): readonly { readonly account: string; readonly sentence: string }[] {
    const now = this.clock.monotonic();
    return this.accounts.all.flatMap((account) => {
      const seen = this.#seen.get(account.id);
      if (seen === undefined || now - seen.last >= FORGET_MS) return [];
      const sentence = `${whatIsWrong(account, seen.peer)} Last seen at ${seen.at.toLocaleString('sv-SE')}.`;
      return [{ account: account.id, sentence }];
    });
  }
}

/** The address itself, what stands before its @, or that with the account's id behind it. */
function isSharedName(account: AccountView, name: string): boolean {
  const { local, domain } = splitAddress(name.trim());
  const shared = splitAddress(account.address);
  return (
    foldCase(local) === foldCase(shared.local) && (domain === '' || domain === shared.domain || foldCase(domain) === foldCase(account.id))
  );
}

/** Says nothing of what the client sent: people type passwords into the wrong field. */
function whatIsWrong(account: AccountView, { address, protocol }: LoginPeer): string {
  const { local } = splitAddress(account.address);
  const users = account.users.map(({ name }) => name);
  const named = users.length === 0 ? 'there are none yet' : `such as ${namesOf(users)}`;
  return (
    `A mail program at ${address} logs in (${protocol}) with the name of the shared address ${account.address}, "${local}". That is no user of ` +
    `${account.id}: users log in with their own name, ${named}. In the mail program, set the user name to theirs, for collecting and for sending; ` +
    'the client sheet in the manager shows what to write.'
  );
}
