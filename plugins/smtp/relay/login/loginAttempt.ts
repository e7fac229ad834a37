// One login at an outgoing server, over several ways and, where the server hangs up behind a refusal, over two sessions. Few tries: what is refused may be
// a wrong password, and servers count those.
import { type IspServer, SetupProblem } from '../ispSettings.js';
import { oneLine, type RelayFailure } from '../replies.js';
import type { KnownMechanisms } from './knownMechanisms.js';
import { loginReplyMeaning } from './refusedLogins.js';
import { type Mechanism, mechanismsOffered, nextWay, type RefusedMechanism } from './waysToLogIn.js';

/** What the server has announced. */
export interface Announced {
  /** `undefined`: it offers no login. */
  readonly mechanisms: readonly string[] | undefined;
  readonly hasTls: boolean;
}

interface Refused extends RefusedMechanism {
  readonly failure: RelayFailure & { readonly response: string };
}

/** Enhanced status codes: encryption is needed; the ways to log in do not fit (RFC 5248). */
const NEEDS_TLS = '4.7.11';
const NO_COMMON_WAY = '4.7.4';

export class RelayLoginAttempt {
  readonly #refused: Refused[] = [];
  #announced: Announced = { mechanisms: undefined, hasTls: false };
  #isUnfinished = false;

  constructor(
    private readonly server: IspServer,
    private readonly known: KnownMechanisms,
  ) {}

  /** Something was refused, and the connection was gone before the next way was answered. */
  get isUnfinished(): boolean {
    return this.#isUnfinished;
  }

  /** `logIn` tries one mechanism and rejects with nodemailer's error. Rejects where none lets us in. */
  async run(announced: Announced, logIn: (mechanism: Mechanism) => Promise<void>): Promise<void> {
    this.#announced = announced;
    this.#isUnfinished = false;
    const ways = this.#ways();
    for (let next = nextWay(ways, this.#refused); next !== undefined; next = nextWay(ways, this.#refused)) {
      try {
        await logIn(next);
      } catch (error) {
        this.#note(next, error as Error & RelayFailure);
        continue;
      }
      this.known.worked(this.server, next);
      return;
    }
    throw this.failure();
  }

  /** What the refusals come to, of which there is at least one. */
  failure(): unknown {
    const telling = this.#refused.findLast(({ meaning }) => meaning !== 'way');
    if (telling === undefined) return this.#noCommonWay();
    return tlsDemand(this.server, telling.failure) ?? telling.failure;
  }

  #note(mechanism: Mechanism, failure: Error & RelayFailure): void {
    const { response } = failure;
    if (response === undefined || failure.responseCode === undefined) {
      // Nothing was answered, or rubbish.
      this.#isUnfinished = this.#refused.length > 0 && response === undefined;
      throw failure;
    }
    const said = loginReplyMeaning(response);
    const meaning = said === 'tls' && this.server.security !== 'plain' ? 'unclear' : said;
    const hasWorked = this.known.hasWorked(this.server, mechanism);
    this.#refused.push({ mechanism, meaning, reply: failure.responseCode, hasWorked, failure: Object.assign(failure, { response }) });
  }

  #ways(): readonly Mechanism[] {
    const { host, security } = this.server;
    const { mechanisms, hasTls } = this.#announced;
    const ways = mechanisms === undefined ? [] : this.known.inOrder(this.server, mechanismsOffered(this.server, mechanisms));
    if (ways.length > 0) return ways;
    if (security === 'plain' && hasTls) throw new SetupProblem(`${tlsSentence(host)} No password was sent.`, NEEDS_TLS);
    if (mechanisms === undefined) {
      throw new SetupProblem(`${host} offers no login on this port. Check "smtp.port" and "smtp.security", or set "smtp.auth" to "none".`);
    }
    throw this.#noCommonWay();
  }

  #noCommonWay(): SetupProblem {
    const { host, auth } = this.server;
    const offered = this.#announced.mechanisms ?? [];
    const offer = offered.length === 0 ? 'It does not say what it offers.' : `It offers ${offered.join(', ')}.`;
    const said = this.#refused.map(({ mechanism, failure }) => ` ${mechanism}: "${oneLine(failure.response)}".`).join('');
    if (auth !== 'auto') {
      return new SetupProblem(
        `${host} does not take the login that "smtp.auth" names. ${offer} Set "smtp.auth" to "auto".${said}`,
        NO_COMMON_WAY,
      );
    }
    const remedy = offered.some((name) => /OAUTH/.test(name))
      ? 'It wants OAuth, which Postroom does not speak: ask the ISP how a program without OAuth can send mail.'
      : 'Ask the ISP how a program can log in.';
    return new SetupProblem(`${host} offers no way to log in that Postroom knows. ${offer} ${remedy}${said}`, NO_COMMON_WAY);
  }
}

/** A refusal that asks for TLS on a connection without, of a login or of the mail itself, as what it is. */
export function tlsDemand({ host, security, login }: IspServer, error: unknown): SetupProblem | undefined {
  const { response, responseCode: reply } = error as RelayFailure;
  if (security !== 'plain' || response === undefined || reply === undefined || loginReplyMeaning(response) !== 'tls') return undefined;
  const concernsLogin = (error as RelayFailure).code === 'EAUTH';
  // 550 and 554 to a message may speak of TLS for other reasons.
  if (!concernsLogin && reply !== 530 && reply !== 538) return undefined;
  return new SetupProblem(`${tlsSentence(host, login === undefined)} The ISP: "${oneLine(response)}".`, NEEDS_TLS);
}

function tlsSentence(host: string, isMail = false): string {
  return `The ISP takes no ${isMail ? 'mail' : 'login'} without TLS: set "smtp.security" to "starttls" or "tls". This is ${host}.`;
}
