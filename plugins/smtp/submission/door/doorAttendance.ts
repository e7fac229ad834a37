// The desk's end of a door's line: answers what the front there asks, and gives back all that the door held when it has ended.
import type { Disposable, Logger, MailboxRef } from '@postroom/sdk';
import type { ServerDesk } from '../desk/serverDesk.js';
import { Refusal } from '../replies.js';
import type { AdmittedClient } from '../submissionDesk.js';
import { HandedPieces } from './handedPieces.js';
import { crossedFailure, crossingAnswer, type SubmissionDoorLine } from './questions.js';

interface AttendedClient {
  readonly atDesk: AdmittedClient;
  /** Who logged in last. */
  user: MailboxRef | undefined;
}

export class DoorAttendance implements Disposable {
  readonly #clients = new Map<number, AttendedClient>();
  /** Long messages that have not ended. */
  readonly #messages = new Map<number, HandedPieces>();

  constructor(
    private readonly line: SubmissionDoorLine,
    private readonly desk: ServerDesk,
    log: Pick<Logger, 'warn' | 'debug'>,
  ) {
    this.#answerOfClients();
    this.#answerOfMessages();
    this.line.hear('log', ({ level, sentence, fields }) => log[level](sentence, fields));
  }

  /**
   * The door has ended. A message that was handed over whole is taken in all the same, once; of any other nothing is stored. Its client, who heard no answer,
   * may send it again, as behind any cut connection (RFC 5321 section 6.1).
   */
  dispose(): void {
    for (const pieces of this.#messages.values())
      pieces.end(new Error('The thread of the connection ended before the message was received in full'));
    for (const { atDesk, user } of this.#clients.values()) atDesk.leave(user);
    this.#clients.clear();
  }

  #answerOfClients(): void {
    this.line.answer('admit', ({ client, address }) => {
      const atDesk = this.desk.admit(address, () => this.line.tell('make room', { client }));
      if (atDesk !== undefined) this.#clients.set(client, { atDesk, user: undefined });
      return atDesk !== undefined;
    });
    this.line.answer('login', ({ client, login }) =>
      crossingAnswer(async () => {
        const attended = this.#attended(client);
        attended.user = await attended.atDesk.login(login);
        return attended.user;
      }),
    );
    this.line.answer('mail', ({ client, sender, secure }) => crossingAnswer(() => this.#attended(client).atDesk.mail(sender, secure)));
    this.line.answer('recipient', ({ client, address }) => crossingAnswer(() => this.#attended(client).atDesk.recipient(address)));
    this.line.hear('begin', ({ client, peer }) => this.#clients.get(client)?.atDesk.begin(peer));
    this.line.hear('known', ({ client }) => this.#clients.get(client)?.atDesk.known());
    this.line.hear('complain', ({ client, kind, sentence }) => this.#clients.get(client)?.atDesk.complain(kind, sentence));
    this.line.hear('leave', ({ client, user }) => {
      this.#clients.get(client)?.atDesk.leave(user);
      this.#clients.delete(client);
    });
  }

  #answerOfMessages(): void {
    this.line.answer('message', ({ client, envelope, octets }) =>
      crossingAnswer(() => this.#attended(client).atDesk.take(onePiece(octets), envelope)),
    );
    this.line.answer('long message', ({ client, message, envelope }) => {
      const pieces = new HandedPieces();
      this.#messages.set(message, pieces);
      return crossingAnswer(async () => {
        try {
          return await this.#attended(client).atDesk.take(pieces, envelope);
        } finally {
          this.#messages.delete(message);
          pieces.close();
        }
      });
    });
    this.line.answer('piece', ({ message, octets }) => this.#messages.get(message)?.push(Buffer.from(octets)) ?? false);
    this.line.hear('end', ({ message, failure }) => {
      this.#messages.get(message)?.end(failure === undefined ? undefined : crossedFailure(failure));
    });
  }

  #attended(client: number): AttendedClient {
    const attended = this.#clients.get(client);
    if (attended === undefined) throw new Refusal(421, '4.3.2', 'The session is over.');
    return attended;
  }
}

async function* onePiece(octets: ArrayBuffer): AsyncGenerator<Uint8Array> {
  if (octets.byteLength > 0) yield Buffer.from(octets);
}
