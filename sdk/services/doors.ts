// Door threads: threads beside the main one that carry the octets of a protocol, so that the main thread has time to decide.
import type { PluginContext } from '../context.js';
import type { Disposable, MaybePromise } from '../disposable.js';
import { createServiceId } from './createServiceId.js';

/**
 * Calls between the main thread and a module in a door, in both directions. What is said within a turn of the event loop crosses together when the turn
 * ends, so nothing of it may be changed after it was said. Values are copied (structured clone); buffers in `transfer` are handed over instead, and are
 * empty here afterwards. A view is copied with all of its buffer: what is cut out of a larger one, as small Buffers are, is better copied before.
 */
export interface DoorLine {
  /**
   * Asks the other side. Rejects with what its answer threw, a PostroomError as one; with `door/closed` where the door has ended or ends before the answer
   * comes.
   */
  ask<Answer>(question: string, value: unknown, transfer?: readonly ArrayBuffer[]): Promise<Answer>;
  /**
   * How questions of the other side are answered. One answer for each question; without one the other side's `ask` rejects. An answer that is a `HandedOver`
   * hands its buffers over.
   */
  answer<Value>(question: string, answer: (value: Value) => MaybePromise<unknown>): void;
  /** Tells the other side something. Dropped where the door has ended. */
  tell(word: string, value: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Hears what the other side tells, in the order in which it was told. */
  hear<Value>(word: string, listener: (value: Value) => void): void;
}

/** What is answered on a DoorLine, with buffers that are handed over instead of copied, as those in `transfer` of a question are. */
export class HandedOver<Value> {
  constructor(
    readonly value: Value,
    readonly transfer: readonly ArrayBuffer[],
  ) {}
}

/** The main thread's side of one protocol's doors: it decides, they speak. */
export interface DoorKeeper {
  /** What the module gets when it opens in a new door; copied. */
  setup(): unknown;
  /** A door comes: `line` leads to the module in it, which has not been opened yet. What is answered is disposed when the door has ended, however it did. */
  attend(line: DoorLine): Disposable;
}

/** The doors of one protocol, from the opening of its ports to their closing. */
export interface ProtocolDoors {
  /** Calls `open` of the module in the doors that there are, and in those that come. Called when the main thread's own ports are open. */
  open(): Promise<void>;
  /** To all doors that are open. */
  tellAll(word: string, value: unknown): void;
  /** Its modules take nothing new and end what they do, or are ended after `graceMs`. Resolves when nothing of it runs in any door. */
  close(graceMs: number): Promise<void>;
}

/** Why there are no door threads: `settings` has `server.doors: 0`; `node` cannot share ports among threads; `cores`: one is not worth it. */
export type NoDoors = 'settings' | 'node' | 'cores';

export interface DoorsState {
  /** Threads that are open. */
  readonly open: number;
  /** Threads that there may be; 0 with the reason. */
  readonly most: number;
  readonly reason?: NoDoors;
  /** A sentence for people: how many there are, or why there is none and what to do. */
  readonly text: string;
  /** Doors that ended by themselves since the start. */
  readonly crashed: number;
  /** Part of the time that the main thread's event loop works, 0 to 1, over the last seconds. */
  readonly mainLoad: number;
}

/**
 * Threads that speak protocols while the main thread is busy. They come when its event loop works for more than 0.7 of the time, and go after a quiet
 * minute; `server.doors` in the settings bounds them. Nothing becomes durable in a door, and one that dies is so many cut connections.
 */
export interface Doors {
  /**
   * Whether a port that the main thread opens has to be opened so that doors can join it (`openPort` of @postroom/sdk/network, `JoinedPort` in the door): true
   * wherever the machine can, whatever `server.doors` says at the moment.
   */
  readonly sharePorts: boolean;
  /** What is open now. */
  readonly state: DoorsState;
  /**
   * Doors of a protocol. `plugin`: the caller, by its context. `module`: as an entry of `contributes.doors` in its manifest names it, else it throws
   * `plugin/not-allowed`. Doors that take part in a protocol from so many cores on only, say `fromCores`; a number in `server.doors` counts whatever the
   * machine is like.
   */
  protocol(
    plugin: Pick<PluginContext, 'id' | 'folder' | 'manifest'>,
    module: string,
    keeper: DoorKeeper,
    options?: { readonly fromCores?: number },
  ): ProtocolDoors;
}
export const Doors = createServiceId<Doors>('Doors');

/** What a module that `contributes.doors` names exports. */
export interface DoorModule {
  /** Called once in each door, when the ports are open on the main thread. What is registered on the line before the first `await` misses nothing. */
  openDoor(door: DoorOfModule): MaybePromise<OpenDoor>;
}

/** What a door's module works with. */
export interface DoorOfModule {
  /** What the keeper's `setup` answered. */
  readonly setup: unknown;
  readonly line: DoorLine;
}

/** A module at work in a door. */
export interface OpenDoor {
  /**
   * Takes nothing new, and ends what it does within `graceMs`; loses no connection before that. Called again, with a shorter grace, where the ports close while
   * it ends: then that counts. A thread whose module does not resolve in time is ended.
   */
  close(graceMs: number): Promise<void>;
}
