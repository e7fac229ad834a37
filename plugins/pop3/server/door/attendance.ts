// The desk's end of a door's line: answers what the front there asks, and lets go of all that the door held when it has ended.
import { type Disposable, sentenceOf } from '@postroom/sdk';
import { HandedOver } from '@postroom/sdk/services';
import type { MainDesk } from '../desk/mainDesk.js';
import type { MainVisit } from '../desk/mainVisit.js';
import type { OpenMaildrop, Pop3Login } from '../pop3Desk.js';
import { LargeMessage, readMessages } from './handedMessages.js';
import { idLines } from './idLines.js';
import type { CrossedLogin, MessagePart, OfVisit, Pop3DoorLine } from './questions.js';

interface Attended {
  readonly visit: MainVisit;
  hasLeft: boolean;
  maildrop?: OpenMaildrop;
  /** The large message that is under way. */
  large?: LargeMessage;
}

export class Pop3Attendance implements Disposable {
  readonly #attended = new Map<number, Attended>();

  constructor(
    private readonly line: Pop3DoorLine,
    private readonly desk: MainDesk,
  ) {
    this.#answerOfVisits();
    this.#answerOfMessages();
    this.line.hear('log', ({ level, sentence, fields }) => desk.log[level](sentence, fields));
    this.line.hear('complaint', ({ kind, sentence, fields }) => desk.complaints.warn(kind, sentence, fields));
  }

  /** The door has ended: what QUIT has asked to remove is removed, of any other session nothing is. */
  dispose(): void {
    for (const attended of this.#attended.values()) {
      attended.hasLeft = true;
      attended.visit.left();
      attended.large?.end();
      void attended.maildrop?.close();
    }
    this.#attended.clear();
  }

  #answerOfVisits(): void {
    this.line.answer('admit', ({ visit, peer }) => {
      const admitted = this.desk.admit(peer, () => this.line.tell('cut', { visit }));
      if (admitted !== undefined) this.#attended.set(visit, { visit: admitted, hasLeft: false });
      return admitted?.terms;
    });
    this.line.answer('log in', ({ visit, name, password }) => this.#logIn(visit, { name, password }));
    this.line.hear('left', ({ visit }) => {
      const attended = this.#attended.get(visit);
      if (attended === undefined) return;
      attended.hasLeft = true;
      attended.visit.left();
      if (attended.maildrop === undefined) this.#attended.delete(visit);
    });
    this.line.answer('close', async ({ visit }) => {
      const attended = this.#attended.get(visit);
      attended?.large?.end();
      await attended?.maildrop?.close();
      if (attended?.hasLeft === true) this.#attended.delete(visit);
      else delete attended?.maildrop;
      return undefined;
    });
  }

  #answerOfMessages(): void {
    this.line.answer('ids', async (of) => {
      const maildrop = this.#maildropOf(of);
      return handedOver(idLines(await maildrop.uniqueIds(), maildrop.count));
    });
    this.line.answer('read', async ({ visit, numbers }) => {
      const messages = await readMessages(this.#maildropOf({ visit }).read(numbers));
      return new HandedOver(messages, [messages.octets]);
    });
    this.line.answer('large', ({ visit, number }) => {
      const maildrop = this.#maildropOf({ visit });
      const attended = this.#attendedOf({ visit });
      attended.large?.end();
      attended.large = new LargeMessage(maildrop.read([number]));
      return nextPart(attended.large);
    });
    this.line.answer('more', (of) => nextPart(this.#attendedOf(of).large));
    this.line.hear('enough', ({ visit }) => this.#attended.get(visit)?.large?.end());
    this.line.hear('picked', (notes) => {
      for (const { visit, numbers } of notes) this.#attended.get(visit)?.maildrop?.picked(numbers);
    });
    this.line.answer('remove', async ({ visit, numbers }) => {
      await this.#maildropOf({ visit }).remove(numbers);
      return undefined;
    });
  }

  async #logIn(visit: number, login: Pop3Login): Promise<CrossedLogin | HandedOver<CrossedLogin>> {
    const attended = this.#attendedOf({ visit });
    const answer = await attended.visit.logIn(login);
    if (!answer.ok) return answer;
    const { maildrop } = answer;
    if (attended.hasLeft) {
      await maildrop.close();
      return { ok: false, reason: 'left' };
    }
    attended.maildrop = maildrop;
    maildrop.lost.addEventListener('abort', () => this.line.tell('lost', { visit, reason: sentenceOf(maildrop.lost.reason) }), {
      once: true,
    });
    const sizes = Float64Array.from({ length: maildrop.count }, (_, index) => maildrop.size(index + 1));
    return new HandedOver({ ok: true, name: maildrop.name, sizes: sizes.buffer }, [sizes.buffer]);
  }

  #attendedOf({ visit }: OfVisit): Attended {
    const attended = this.#attended.get(visit);
    if (attended === undefined) throw new Error('The connection has left.');
    return attended;
  }

  #maildropOf(of: OfVisit): OpenMaildrop {
    const { maildrop } = this.#attendedOf(of);
    if (maildrop === undefined) throw new Error('The connection has no mailbox open.');
    return maildrop;
  }
}

async function nextPart(large: LargeMessage | undefined): Promise<HandedOver<MessagePart>> {
  if (large === undefined) throw new Error('No message is under way.');
  const part = await large.next();
  return new HandedOver(part, [part.octets]);
}

function handedOver(octets: ArrayBuffer): HandedOver<ArrayBuffer> {
  return new HandedOver(octets, [octets]);
}
