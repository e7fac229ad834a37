// A DoorLine with the words of one protocol. Types alone: every DoorLine is one, so that no call costs more by it.
import type { MaybePromise } from '../../disposable.js';
import { PostroomError } from '../../errors.js';
import type { HandedOver } from '../../services/doors.js';

/** Each question, with what is asked and what is answered. */
export type DoorQuestions<Questions> = { readonly [Question in keyof Questions]: { readonly value: unknown; readonly answer: unknown } };

/** The end that asks. `Told`, `Heard`: words of this end and of the other one, each with what it tells. */
export interface AskingLine<Questions extends DoorQuestions<Questions>, Told, Heard> extends TellingLine<Told, Heard> {
  ask<Question extends keyof Questions & string>(
    question: Question,
    value: Questions[Question]['value'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Questions[Question]['answer']>;
}

/** The end that answers. */
export interface AnsweringLine<Questions extends DoorQuestions<Questions>, Told, Heard> extends TellingLine<Told, Heard> {
  answer<Question extends keyof Questions & string>(
    question: Question,
    answer: (
      value: Questions[Question]['value'],
    ) => MaybePromise<Questions[Question]['answer'] | HandedOver<Questions[Question]['answer']>>,
  ): void;
}

interface TellingLine<Told, Heard> {
  tell<Word extends keyof Told & string>(word: Word, value: Told[Word], transfer?: readonly ArrayBuffer[]): void;
  hear<Word extends keyof Heard & string>(word: Word, listener: (value: Heard[Word]) => void): void;
}

/** Whether it was asked in vain, as the door had ended, or did before the answer. */
export function isDoorClosed(error: unknown): error is PostroomError {
  return error instanceof PostroomError && error.code === 'door/closed';
}
