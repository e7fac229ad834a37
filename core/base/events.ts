// What happens, as it happens.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { Events, PostroomEvent } from '@postroom/sdk/services';

export class EventBus implements Events {
  readonly #listeners: Listeners<PostroomEvent>;

  /** `onError`: a listener threw; the others hear of the event all the same. */
  constructor(onError?: (error: unknown) => void) {
    this.#listeners = new Listeners(onError);
  }

  emit(event: PostroomEvent): void {
    this.#listeners.fire(event);
  }

  on(listener: (event: PostroomEvent) => void): Disposable {
    return this.#listeners.add(listener);
  }
}
