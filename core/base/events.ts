// What happens, as it happens.
import type { Disposable } from '@postroom/sdk';
import type { Events, PostroomEvent } from '@postroom/sdk/services';
import { Listeners } from './listeners.js';

export class EventBus implements Events {
  readonly #listeners = new Listeners<PostroomEvent>();

  emit(event: PostroomEvent): void {
    this.#listeners.fire(event);
  }

  on(listener: (event: PostroomEvent) => void): Disposable {
    return this.#listeners.add(listener);
  }
}
