// The mailboxes that sessions hold, wherever these are spoken: before the store closes none may be held.
import type { MailboxRef } from '@postroom/sdk';
import type { Maildrop } from '@postroom/sdk/services';
import type { Pop3DeskServices } from './deskServices.js';
import { HeldMaildrop } from './heldMaildrop.js';

export class HeldMaildrops {
  readonly #held = new Set<HeldMaildrop>();
  #whenFree: (() => void) | undefined;

  constructor(private readonly services: Pop3DeskServices) {}

  hold(mailbox: MailboxRef, maildrop: Maildrop, peer: string): HeldMaildrop {
    const held: HeldMaildrop = new HeldMaildrop(this.services, mailbox, maildrop, peer, () => this.#letGo(held));
    this.#held.add(held);
    return held;
  }

  /** Resolves when no mailbox is held, at the latest after `graceMs`. */
  free(graceMs: number): Promise<void> {
    if (this.#held.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.services.clock.after(graceMs, () => resolve());
      this.#whenFree = () => {
        void timer.dispose();
        resolve();
      };
    });
  }

  #letGo(held: HeldMaildrop): void {
    this.#held.delete(held);
    if (this.#held.size === 0) this.#whenFree?.();
  }
}
