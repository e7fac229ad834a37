// The key that the servers on a store have in common, for what they tell each other through it.
import { createServiceId } from './createServiceId.js';

/** What is sealed nobody without the key can read, or make. */
export interface SharedKey {
  /** `place`: where the text belongs; it does not open for another. Rejects with `secrets/unreadable` where this server does not have the key. */
  seal(place: string, text: string): Promise<string>;
  /** Rejects with `secrets/unreadable` where this server does not have the key, or it was not sealed for that place. */
  open(place: string, sealed: string): Promise<string>;
}
export const SharedKey = createServiceId<SharedKey>('SharedKey');
