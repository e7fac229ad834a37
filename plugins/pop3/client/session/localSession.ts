// The half of a collection that carries octets: a session's dialogue, from the connection to QUIT, wherever the thread is in which it runs.
import type { Clock } from '@postroom/sdk/services';
import { headerByTop, headerPrint, topAnswer } from '../headerPrint.js';
import type { IspAccount } from '../ispAccount.js';
import type { IspAnswer } from '../ispAnswers.js';
import type { IspCapabilities } from '../ispCapabilities.js';
import { openMailbox } from '../ispLogin.js';
import { type ListedMessage, type ListingOptions, type ReadListing, readListing } from '../listing.js';
import type { KnownWays } from '../login/knownWays.js';
import type { Pop3Dialogue } from '../pop3Dialogue.js';
import { fingerprint } from './fingerprint.js';
import type { AskedMessage, MailboxSession, MessageSink, ReadingWay } from './mailboxSession.js';
import { MessageReading } from './messageReading.js';

export class LocalSession implements MailboxSession {
  readonly capabilities: IspCapabilities;
  readonly #dialogue: Pop3Dialogue;
  readonly #reading: MessageReading;

  private constructor(dialogue: Pop3Dialogue, announced: IspCapabilities) {
    this.#dialogue = dialogue;
    this.#reading = new MessageReading(dialogue);
    this.capabilities = { ...announced, pipelining: announced.pipelining && dialogue.mayPipeline };
  }

  /** Connects and logs in. Throws PostroomError with an `isp/...` code, and leaves no connection behind then. */
  static async open(
    account: IspAccount,
    services: { readonly clock: Clock; readonly known: KnownWays },
    signal: AbortSignal,
  ): Promise<LocalSession> {
    const { dialogue, capabilities } = await openMailbox(account, services, signal);
    return new LocalSession(dialogue, capabilities);
  }

  get hasLostPipeline(): boolean {
    return this.#dialogue.hasLostPipeline;
  }

  get isClosed(): boolean {
    return this.#dialogue.isClosed;
  }

  get isLeaving(): boolean {
    return this.#reading.isLeaving;
  }

  /** See isLeaving: from now on. */
  leave(): void {
    this.#reading.isLeaving = true;
  }

  stat(): Promise<IspAnswer> {
    return this.#dialogue.ask('STAT');
  }

  list(options: ListingOptions): Promise<ReadListing> {
    return readListing(this.#dialogue, options);
  }

  async fingerprints(messages: readonly ListedMessage[]): Promise<(string | undefined)[]> {
    const prints: (string | undefined)[] = [];
    for (const message of messages) prints.push(await fingerprint(this.#dialogue, message));
    return prints;
  }

  header(number: number): Promise<Buffer | undefined> {
    return headerByTop(this.#dialogue, number);
  }

  async prints(numbers: readonly number[], ahead: number): Promise<(string | undefined)[]> {
    const prints: (string | undefined)[] = [];
    await this.#together(numbers, 'TOP', ahead, async () => {
      const header = await topAnswer(this.#dialogue);
      prints.push(header && headerPrint(header));
    });
    return prints;
  }

  read(messages: readonly AskedMessage[], way: ReadingWay, sink: MessageSink): Promise<void> {
    return this.#reading.read(messages, way, sink);
  }

  async remove(numbers: readonly number[], ahead: number): Promise<IspAnswer[]> {
    const answers: IspAnswer[] = [];
    await this.#together(numbers, 'DELE', ahead, async () => void answers.push(await this.#dialogue.answer('DELE')));
    return answers;
  }

  quit(matters: boolean): Promise<IspAnswer | undefined> {
    return this.#dialogue.quit(matters);
  }

  cut(): void {
    this.#dialogue.cut();
  }

  end(): void {
    this.#dialogue.end();
  }

  /** A command for each number, `ahead` of them on the line at a time. */
  async #together(numbers: readonly number[], command: 'TOP' | 'DELE', ahead: number, answered: () => Promise<void>): Promise<void> {
    for (let at = 0; at < numbers.length; at += ahead) {
      const some = numbers.slice(at, at + ahead);
      this.#dialogue.send(some.map((number) => (command === 'TOP' ? `TOP ${number} 0` : `DELE ${number}`)));
      for (const _ of some) await answered();
    }
  }
}
