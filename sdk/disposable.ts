// What everything is made of that begins and ends.

export type MaybePromise<T> = T | Promise<T>;

/** Something to let go of. */
export interface Disposable {
  dispose(): MaybePromise<void>;
}
