// One login, over several ways and, where the server closes behind a refusal, over two sessions. Few tries: what is refused may be a wrong password,
// and servers count those.
import type { PostroomError } from '@postroom/sdk';
import type { IspAccount } from '../ispAccount.js';
import type { IspAnswer } from '../ispAnswers.js';
import type { IspCapabilities } from '../ispCapabilities.js';
import type { Pop3Dialogue } from '../pop3Dialogue.js';
import type { KnownWays } from './knownWays.js';
import { type RefusedWay, refusedError } from './loginErrors.js';
import { tryWay } from './loginSteps.js';
import { meaningOf } from './refusedLogins.js';
import { hidesPassword, type Way } from './waysToLogIn.js';

/** Times that the server may have looked at the password and said no, in one login. */
const MOST_GUESSES = 2;

/** What the server offers in this session. */
export interface LoginOffer {
  readonly ways: readonly Way[];
  readonly capabilities: IspCapabilities;
  readonly timestamp: string | undefined;
}

export class LoginAttempt {
  readonly #refusals: RefusedWay[] = [];
  #offer: LoginOffer | undefined;

  constructor(
    private readonly account: IspAccount,
    private readonly known: KnownWays,
  ) {}

  /** Something was refused, and the next way is tried. */
  get isRefused(): boolean {
    return this.#refusals.length > 0;
  }

  /** Tries what the server offers until it lets us in. Throws error() where it does not. */
  async run(dialogue: Pop3Dialogue, offer: LoginOffer): Promise<void> {
    this.#offer = offer;
    // USER unannounced, where nothing that is known is announced: older servers take it.
    const ways = offer.ways.length === 0 ? (['user'] as const) : this.known.inOrder(this.account, offer.ways);
    for (let next = this.#next(ways); next !== undefined; next = this.#next(ways)) {
      const answer = await tryWay(dialogue, next, offer.timestamp);
      if (answer.ok) {
        this.known.worked(this.account, next);
        return;
      }
      this.#refusals.push(this.#refusal(next, answer));
    }
    throw this.error();
  }

  /** What the refusals come to. */
  error(): PostroomError {
    return refusedError(this.account, this.#refusals, this.#offer);
  }

  #refusal(way: Way, answer: IspAnswer): RefusedWay {
    const meaning = meaningOf(answer, this.account);
    return { way, answer, meaning, hasWorked: this.known.hasWorked(this.account, way) };
  }

  #next(ways: readonly Way[]): Way | undefined {
    const last = this.#refusals.at(-1);
    if (last === undefined) return ways[0];
    const left = ways.filter((way) => this.#refusals.every((refusal) => refusal.way !== way));
    // Dovecot says [AUTH] also of a mechanism that it lacks: the password was not checked.
    if (last.meaning === 'way') return left[0];
    if (!this.#leavesDoubt(last)) return undefined;
    // Of the same kind, it would be refused for the same reason.
    if (hidesPassword(last.way)) return left.find((way) => !hidesPassword(way));
    return left.find((way) => way !== 'plain-in-steps') ?? left[0];
  }

  /** Whether the server may have refused the way and not the password. */
  #leavesDoubt({ way, answer, meaning, hasWorked }: RefusedWay): boolean {
    const guesses = this.#refusals.filter((refusal) => refusal.meaning !== 'way').length;
    if (hasWorked || guesses >= MOST_GUESSES) return false;
    // A server that keeps only a hash of the password can check neither of these, and calls every password wrong.
    if (hidesPassword(way)) return meaning === 'unclear' || meaning === 'credentials';
    // Every server can check what comes by PASS.
    return meaning === 'unclear' && answer.code === '' && way !== 'user';
  }
}
