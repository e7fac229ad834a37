// What is written down of a database that lost its end: fewer commits are there than there were.

/** Where the core keeps it, among the states of plugins. */
export const LOST_END_KEY = 'lost-end';

export interface LostEnd {
  /** Commits; some more, where the process was killed within a moment of the last one. */
  readonly missing: number;
  /** Of the last commit that is there, and of the last that is known of; milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Recipients in the Outbox that were put on hold for it. */
  readonly held: number;
  /** It stands in the Log, and ADMIN1 has mail about it. */
  readonly isTold?: boolean;
}
