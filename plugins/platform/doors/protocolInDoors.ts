// The doors of one protocol: its module in each door that takes part.
import type { DoorKeeper, ProtocolDoors } from '@postroom/sdk/services';
import type { Door } from './door.js';
import type { DoorPart } from './doorPart.js';

export interface ProtocolParts {
  /** URL of the module. */
  readonly module: string;
  readonly keeper: DoorKeeper;
  readonly fromCores: number | undefined;
  /** Doors that take nothing new left out. */
  doors(): readonly Door[];
  /** It takes part in doors that come from now on. */
  onOpen(): void;
  /** No longer. */
  onClose(): void;
  /** Nothing of it runs in any door. */
  onClosed(): void;
}

export class ProtocolInDoors implements ProtocolDoors {
  readonly #inDoors = new Map<DoorPart, Door>();

  constructor(private readonly of: ProtocolParts) {}

  get fromCores(): number | undefined {
    return this.of.fromCores;
  }

  async open(): Promise<void> {
    this.of.onOpen();
    await Promise.all(this.of.doors().map((door) => this.openIn(door)));
  }

  tellAll(word: string, value: unknown): void {
    for (const part of this.#inDoors.keys()) part.line.tell(word, value);
  }

  async close(graceMs: number): Promise<void> {
    this.of.onClose();
    await Promise.all([...this.#inDoors].map(([part, door]) => door.closePart(part, graceMs)));
    this.of.onClosed();
  }

  /** Opens its module in a door, once. Where that fails the door serves the other protocols; the door has told why. */
  async openIn(door: Door): Promise<void> {
    const part = this.#partIn(door) ?? this.#begin(door);
    await part.opened.catch(() => undefined);
  }

  #partIn(door: Door): DoorPart | undefined {
    return [...this.#inDoors].find(([, each]) => each === door)?.[0];
  }

  #begin(door: Door): DoorPart {
    const part = door.open(this.of);
    this.#inDoors.set(part, door);
    void part.gone.then(() => this.#inDoors.delete(part));
    return part;
  }
}
