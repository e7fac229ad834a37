// How busy the server is and how it copes.
import { createServiceId } from './createServiceId.js';

/** One moment's figures. Counts run since the start. */
export interface FiguresNow {
  readonly upSeconds: number;
  /** Messages taken in: collected, submitted, made here. */
  readonly accepted: number;
  /** On average over the last minute. */
  readonly acceptedPerSecond: number;
  readonly pickedUp: number;
  readonly pickedUpPerSecond: number;
  readonly commits: number;
  /** Over the last 1,000 commits. */
  readonly commitMsP50: number;
  readonly commitMsP99: number;
  /** 0 for an empty queue. */
  readonly outboxOldestSeconds: number;
  readonly inboxOldestSeconds: number;
  /** How late the event loop comes to what is due, over the last minutes. */
  readonly eventLoopDelayMsP50: number;
  readonly eventLoopDelayMsP99: number;
  readonly eventLoopDelayMsMax: number;
  readonly memoryMB: number;
  readonly heapMB: number;
}

export interface Figures {
  now(): Promise<FiguresNow>;
}
export const Figures = createServiceId<Figures>('Figures');
