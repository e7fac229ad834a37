// Mail without a sender (`MAIL FROM:<>`): receipts and automatic answers, which must not be answered (RFC 5321 section 4.5.5). Hosts that want to see an
// address of the login refuse it. Then the account's address stands in the envelope: what cannot be delivered comes back to that mailbox as a bounce,
// which is not answered either, and is sorted to its author like any other.
import { type AccountView, type Logger, type RelayDestinations, type Settings, withoutSecrets } from '@postroom/sdk';
import type { Events } from '@postroom/sdk/services';
import { sendable } from './envelopes.js';
import type { HostHabits } from './hostHabits.js';
import type { IspServer } from './ispSettings.js';
import { speaksOfLimit } from './limitWordings.js';
import { isConfiguration, oneLine, type RelayFailure } from './replies.js';
import { secretsOf } from './transcript.js';

/** `auto`: the account's address where the server has refused the null sender. */
export type NullSenderSetting = 'auto' | 'keep' | 'account';

interface Services {
  readonly settings: Settings;
  readonly events: Events;
  readonly log: Logger;
}

/** What large hosts say of a sender at any command: Exchange Online names him only after the text. */
const OF_THE_SENDER =
  /^\d{3}[ -]5\.(?:1\.[78]|7\.60|2\.252)(?!\S)|\b(?:null|empty|blank|bounce) (?:reverse[ -]?path|sender|return)|<>|sender (?:address )?(?:is )?(?:rejected|denied|refused|invalid|not|must)|send(?:ing)? as\b|as this sender|sendasdenied/i;
/** Too large, or too full: refused from any sender. */
const NOT_OF_THE_SENDER = /^\d{3}[ -]5\.[23]\.[234](?!\S)/;

/** The sender of one message: changes once, where the server wants another one. */
export class NullSender {
  #address: string;
  #refusal: RelayFailure | undefined;

  constructor(
    private readonly to: Pick<RelayDestinations, 'from' | 'account'>,
    private readonly server: IspServer,
    private readonly habits: HostHabits,
    private readonly services: Services,
  ) {
    const isReplaced = this.#setting === 'account' || (this.#setting === 'auto' && habits.of(server).refusesNullSender === true);
    this.#address = sendable(to.from === '' && isReplaced ? to.account.address : to.from);
  }

  /** As it stands in MAIL FROM. */
  get address(): string {
    return this.#address;
  }

  /**
   * Whether the message, or a recipient of it, was refused for the null sender, so that it may be sent with another one at once. Where the settings keep
   * the null sender, that is said once instead.
   */
  mayReplace(failure: RelayFailure): boolean {
    if (this.to.from !== '' || this.#address !== '' || this.#refusal !== undefined || !refusesSender(failure)) return false;
    if (this.#setting === 'keep') this.#learn(failure);
    return this.#setting === 'auto';
  }

  /** From here on the account's address. */
  replace(refusal: RelayFailure): void {
    this.#refusal = refusal;
    this.#address = sendable(this.to.account.address);
  }

  /** The server has taken a recipient. Where it refused the null sender before, that was the reason: it is remembered, and said once. */
  accepted(): void {
    if (this.#refusal !== undefined) this.#learn(this.#refusal);
  }

  #learn({ response }: RelayFailure): void {
    if (!this.habits.learn(this.server, 'refusesNullSender', true)) return;
    const { account } = this.to;
    const sentence = nullSenderSentence(this.server.host, account, this.#setting);
    const answer = withoutSecrets(oneLine(response ?? ''), secretsOf(this.server));
    this.services.log.warn(sentence, { account: account.id, server: this.server.host, answer });
    this.services.events.emit({ type: 'problem', source: account.id, sentence });
  }

  get #setting(): NullSenderSetting {
    return this.services.settings.forAccount<NullSenderSetting>(this.to.account.id, 'smtp.nullSender');
  }
}

/** For the log, the manager and the doctor. */
export function nullSenderSentence(host: string, { address }: Pick<AccountView, 'address'>, setting: NullSenderSetting): string {
  const what = `${host} takes no mail without a sender, which receipts and automatic answers have none of.`;
  return setting === 'keep'
    ? `${what} They are not sent, and nobody is told. Set "smtp.nullSender" to "auto" to send them with ${address} in the envelope.`
    : `${what} They leave with ${address} in the envelope, and come back there where they cannot be delivered. "smtp.nullSender" decides.`;
}

/** At MAIL nothing is known but the sender, the size and the login. Later it is a matter of words. */
function refusesSender(failure: RelayFailure): boolean {
  const { response = '', responseCode = 0, command } = failure;
  if (responseCode < 500 || isConfiguration(failure) || speaksOfLimit(response)) return false;
  return command === 'MAIL FROM' ? !NOT_OF_THE_SENDER.test(response) : OF_THE_SENDER.test(response);
}
