// A door's end of the line to the desk, with the words of `questions.ts`.
import type { DoorLine } from '@postroom/sdk/services';
import type { Pop3DeskNews, Pop3DoorNews, Pop3Questions } from './questions.js';

export class DeskAsker {
  constructor(private readonly line: DoorLine) {}

  ask<Question extends keyof Pop3Questions>(
    question: Question,
    value: Pop3Questions[Question]['value'],
  ): Promise<Pop3Questions[Question]['answer']> {
    return this.line.ask(question, value);
  }

  tell<Word extends keyof Pop3DoorNews>(word: Word, value: Pop3DoorNews[Word]): void {
    this.line.tell(word, value);
  }

  hear<Word extends keyof Pop3DeskNews>(word: Word, listener: (value: Pop3DeskNews[Word]) => void): void {
    this.line.hear(word, listener);
  }
}
