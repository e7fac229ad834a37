// A door's end of the line to the desk, with the words of `questions.ts`.
import { isDoorClosed } from '@postroom/sdk/network';
import { Refusal } from '../replies.js';
import type { DeskNews, DeskQuestions, FrontNews, SubmissionDeskLine } from './questions.js';

type Question = keyof DeskQuestions;

export class DeskQuestioner {
  constructor(private readonly line: SubmissionDeskLine) {}

  async ask<Q extends Question>(
    question: Q,
    value: DeskQuestions[Q]['value'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<DeskQuestions[Q]['answer']> {
    try {
      return await this.line.ask(question, value, transfer);
    } catch (error) {
      if (isDoorClosed(error)) throw withoutDesk();
      throw error;
    }
  }

  tell<Word extends keyof DeskNews>(word: Word, value: DeskNews[Word]): void {
    this.line.tell(word, value);
  }

  hear<Word extends keyof FrontNews>(word: Word, listener: (value: FrontNews[Word]) => void): void {
    this.line.hear(word, listener);
  }
}

/** The client comes again, and to the main thread or another door; 421 closes its connection. */
function withoutDesk(): Refusal {
  return new Refusal(421, '4.3.2', 'This connection ends here. Connect again, and send again what was not accepted.');
}
