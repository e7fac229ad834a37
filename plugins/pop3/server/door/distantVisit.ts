// A connection in a door, as far as the desk on the main thread knows of it.
import type { LoginAnswer, Pop3Login, Visit, VisitTerms } from '../pop3Desk.js';
import { DistantMaildrop } from './distantMaildrop.js';
import type { PickUpNotes } from './pickUpNotes.js';
import type { Pop3DeskLine } from './questions.js';

export interface DistantVisitParts {
  readonly desk: Pop3DeskLine;
  readonly notes: PickUpNotes;
  /** Ends the connection. */
  readonly cut: () => void;
  readonly gone: () => void;
}

export class DistantVisit {
  readonly #parts: DistantVisitParts;
  readonly #visit: number;
  #maildrop: DistantMaildrop | undefined;

  /** `visit`: its number in the door. */
  constructor(visit: number, parts: DistantVisitParts) {
    this.#visit = visit;
    this.#parts = parts;
  }

  admitted(terms: VisitTerms): Visit {
    let hasLeft = false;
    return {
      terms,
      logIn: (login) => this.#logIn(login),
      left: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.#parts.desk.tell('left', { visit: this.#visit });
        this.#parts.gone();
      },
    };
  }

  cut(): void {
    this.#parts.cut();
  }

  /** Another server has taken its mailbox over. */
  lose(reason: string): void {
    this.#maildrop?.lose(reason);
  }

  async #logIn({ name, password }: Pop3Login): Promise<LoginAnswer> {
    const visit = this.#visit;
    const { desk, notes } = this.#parts;
    const answer = await desk.ask('log in', { visit, name, password });
    if (!answer.ok) return answer;
    this.#maildrop = new DistantMaildrop({ desk, notes, visit, name: answer.name, sizes: new Float64Array(answer.sizes) });
    return { ok: true, maildrop: this.#maildrop };
  }
}
