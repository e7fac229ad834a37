// A session's hold on a mailbox: told of when it begins and ends, and let go of once, when nothing of it is under way.
import { type MailboxRef, mailboxName, sentenceOf } from '@postroom/sdk';
import type { Maildrop, MaildropPiece } from '@postroom/sdk/services';
import type { OpenMaildrop, UniqueIds } from '../pop3Desk.js';
import type { Pop3DeskServices } from './deskServices.js';

export class HeldMaildrop implements OpenMaildrop {
  readonly name: string;
  #removal: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** `peer`: the client's address; `closed` is called when another session can have the mailbox. */
  constructor(
    private readonly services: Pick<Pop3DeskServices, 'events' | 'log'>,
    private readonly mailbox: MailboxRef,
    private readonly maildrop: Maildrop,
    private readonly peer: string,
    private readonly closed: () => void,
  ) {
    this.name = mailboxName(mailbox);
    maildrop.lost.addEventListener('abort', this.#noteLost);
    this.#tell('open');
  }

  get count(): number {
    return this.maildrop.messages.count;
  }

  get lost(): AbortSignal {
    return this.maildrop.lost;
  }

  size(number: number): number {
    return this.maildrop.messages.size(number);
  }

  uniqueIds(): UniqueIds {
    const { messages } = this.maildrop;
    return (number) => messages.uidl(number);
  }

  read(numbers: readonly number[]): AsyncIterable<MaildropPiece> {
    return this.maildrop.read(numbers);
  }

  remove(numbers: readonly number[]): Promise<void> {
    this.#removal = this.maildrop.remove(numbers);
    return this.#removal;
  }

  picked(numbers: readonly number[]): void {
    this.maildrop.picked(numbers, this.peer);
  }

  close(): Promise<void> {
    this.#closed ??= this.#letGo();
    return this.#closed;
  }

  async #letGo(): Promise<void> {
    this.lost.removeEventListener('abort', this.#noteLost);
    // A door may end between QUIT and its answer: what is removed then is removed under the lease.
    if (this.#removal !== undefined) await Promise.allSettled([this.#removal]);
    await this.maildrop.close();
    this.#tell('closed');
    this.services.log.debug(`POP3 session of ${this.name} from ${this.peer} ended.`, { peer: this.peer });
    this.closed();
  }

  readonly #noteLost = (): void => {
    const { name, peer } = this;
    this.services.log.warn(`POP3 session of ${name} from ${peer} ends: ${sentenceOf(this.lost.reason)}`, { mailbox: name, peer });
  };

  #tell(state: 'open' | 'closed'): void {
    const { mailbox, peer } = this;
    this.services.events.emit({ type: 'session', protocol: 'pop3', purpose: 'receiving', state, mailbox, peer });
  }
}
