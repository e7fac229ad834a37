// What the thread of a fuzz run is told, and the memory that it shares with the main thread.

export interface FuzzWork {
  readonly target: string;
  readonly ms: number;
  readonly seed: number;
  /** A counter of inputs and the length of the present one, 32 bits each; the input behind them. */
  readonly present: SharedArrayBuffer;
}

export const HEAD_OCTETS = 8;
