// The desk's end of a door's line: answers what the front there asks, and lets go of all that the door held when it has ended.
import { type Disposable, type MaybePromise, sentenceOf } from '@postroom/sdk';
import { type DoorLine, HandedOver } from '@postroom/sdk/services';
import type { MainDesk } from '../desk/mainDesk.js';
import type { MainVisit } from '../desk/mainVisit.js';
import type { OpenMaildrop, Pop3Login } from '../pop3Desk.js';
import { LargeMessage, readMessages } from './handedMessages.js';
import { idLines } from './idLines.js';
import type { CrossedLogin, OfVisit, Pop3DeskNews, Pop3DoorNews, Pop3Questions } from './questions.js';

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
    private readonly line: DoorLine,
    private readonly desk: MainDesk,
  ) {
    this.#answerOfVisits();
    this.#answerOfMessages();
    this.#hear('log', ({ level, sentence, fields }) => desk.log[level](sentence, fields));
    this.#hear('complaint', ({ kind, sentence, fields }) => desk.complaints.warn(kind, sentence, fields));
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
    this.#answer('admit', ({ visit, peer }) => {
      const admitted = this.desk.admit(peer, () => this.#tell('cut', { visit }));
      if (admitted !== undefined) this.#attended.set(visit, { visit: admitted, hasLeft: false });
      return admitted?.terms;
    });
    this.#answer('log in', ({ visit, name, password }) => this.#logIn(visit, { name, password }));
    this.#hear('left', ({ visit }) => {
      const attended = this.#attended.get(visit);
      if (attended === undefined) return;
      attended.hasLeft = true;
      attended.visit.left();
      if (attended.maildrop === undefined) this.#attended.delete(visit);
    });
    this.#answer('close', async ({ visit }) => {
      const attended = this.#attended.get(visit);
      attended?.large?.end();
      await attended?.maildrop?.close();
      if (attended?.hasLeft === true) this.#attended.delete(visit);
      else delete attended?.maildrop;
      return undefined;
    });
  }

  #answerOfMessages(): void {
    this.#answer('ids', async (of) => {
      const maildrop = this.#maildropOf(of);
      return handedOver(idLines(await maildrop.uniqueIds(), maildrop.count));
    });
    this.#answer('read', async ({ visit, numbers }) => {
      const messages = await readMessages(this.#maildropOf({ visit }).read(numbers));
      return new HandedOver(messages, [messages.octets]);
    });
    this.#answer('large', ({ visit, number }) => {
      const maildrop = this.#maildropOf({ visit });
      const attended = this.#attendedOf({ visit });
      attended.large?.end();
      attended.large = new LargeMessage(maildrop.read([number]));
      return nextPart(attended.large);
    });
    this.#answer('more', (of) => nextPart(this.#attendedOf(of).large));
    this.#hear('enough', ({ visit }) => this.#attended.get(visit)?.large?.end());
    this.#hear('picked', (notes) => {
      for (const { visit, numbers } of notes) this.#attended.get(visit)?.maildrop?.picked(numbers);
    });
    this.#answer('remove', async ({ visit, numbers }) => {
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
    maildrop.lost.addEventListener('abort', () => this.#tell('lost', { visit, reason: sentenceOf(maildrop.lost.reason) }), { once: true });
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

  #answer<Question extends keyof Pop3Questions>(
    question: Question,
    answer: (value: Pop3Questions[Question]['value']) => Answered<Question>,
  ): void {
    this.line.answer(question, answer);
  }

  #hear<Word extends keyof Pop3DoorNews>(word: Word, listener: (value: Pop3DoorNews[Word]) => void): void {
    this.line.hear(word, listener);
  }

  #tell<Word extends keyof Pop3DeskNews>(word: Word, value: Pop3DeskNews[Word]): void {
    this.line.tell(word, value);
  }
}

type Answered<Question extends keyof Pop3Questions> = MaybePromise<
  Pop3Questions[Question]['answer'] | HandedOver<Pop3Questions[Question]['answer']>
>;

async function nextPart(large: LargeMessage | undefined): Promise<Awaited<Answered<'more'>>> {
  if (large === undefined) throw new Error('No message is under way.');
  const part = await large.next();
  return new HandedOver(part, [part.octets]);
}

function handedOver(octets: ArrayBuffer): HandedOver<ArrayBuffer> {
  return new HandedOver(octets, [octets]);
}
