// The desk as a front in a door sees it: each question crosses to the main thread, where the one desk of the server is.
import type { MailboxRef, MaybePromise } from '@postroom/sdk';
import { isQualified } from '../qualifiedAddress.js';
import type { AdmittedClient, PasswordLogin, Sender, SubmissionDesk, SubmittedEnvelope } from '../submissionDesk.js';
import type { DeskQuestioner } from './deskQuestioner.js';
import { MessageSender } from './messageSender.js';
import { crossedAnswer } from './questions.js';

export class DoorDesk implements SubmissionDesk {
  readonly #clients = new Map<number, () => void>();
  readonly #messages: MessageSender;
  #lastClient = 0;

  constructor(private readonly desk: DeskQuestioner) {
    this.#messages = new MessageSender(desk);
    desk.hear('make room', ({ client }) => this.#clients.get(client)?.());
  }

  async admit(address: string, close: () => void): Promise<AdmittedClient | undefined> {
    this.#lastClient += 1;
    const client = this.#lastClient;
    // Before the answer: it may have to make room as soon as it is in.
    this.#clients.set(client, close);
    const isIn = await this.desk.ask('admit', { client, address }).catch(() => false);
    if (isIn) return new DoorClient(client, { desk: this.desk, messages: this.#messages, left: () => this.#clients.delete(client) });
    this.#clients.delete(client);
    return undefined;
  }
}

interface DoorClientParts {
  readonly desk: DeskQuestioner;
  readonly messages: MessageSender;
  readonly left: () => void;
}

class DoorClient implements AdmittedClient {
  #isKnown = false;
  #hasLeft = false;

  constructor(
    private readonly client: number,
    private readonly parts: DoorClientParts,
  ) {}

  begin(peer: string): void {
    this.parts.desk.tell('begin', { client: this.client, peer });
  }

  known(): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    this.parts.desk.tell('known', { client: this.client });
  }

  async login(login: PasswordLogin): Promise<MailboxRef> {
    return crossedAnswer(await this.parts.desk.ask('login', { client: this.client, login }));
  }

  async mail(sender: Sender, secure: boolean): Promise<void> {
    crossedAnswer(await this.parts.desk.ask('mail', { client: this.client, sender, secure }));
  }

  recipient(address: string): MaybePromise<void> {
    return isQualified(address) ? undefined : this.#askOfRecipient(address);
  }

  take(source: AsyncIterable<Uint8Array>, envelope: SubmittedEnvelope): Promise<string> {
    return this.parts.messages.send(this.client, source, envelope);
  }

  complain(kind: string, sentence: string): void {
    this.parts.desk.tell('complain', { client: this.client, kind, sentence });
  }

  leave(user: MailboxRef | undefined): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.parts.left();
    // Behind what its message comes to in this turn: that it broke off is told at the desk of a client who is there.
    setImmediate(() => this.parts.desk.tell('leave', { client: this.client, user }));
  }

  async #askOfRecipient(address: string): Promise<void> {
    crossedAnswer(await this.parts.desk.ask('recipient', { client: this.client, address }));
  }
}
