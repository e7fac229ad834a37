// Who may hold a connection of a server for mail clients. One rule for all such servers: who is logged in stays served, and where there is no
// room, the connection that has waited longest without a login goes. A login takes no time, so those who wait longest mean none.
import type { DoorShare } from './openFiles.js';

/** How many connections a server holds at a time. */
export interface ConnectionLimits {
  readonly connections: number;
  /** From one place, as `clientPlace` names it. */
  readonly connectionsPerAddress: number;
  /** Those that have not logged in. */
  readonly connectionsBeforeLogin: number;
}

/** A connection that was let in. Both calls may come more than once. */
export interface Guest {
  /** It has logged in, or shown otherwise that it means work: from now on nobody takes its place. */
  known(): void;
  /** It is closed. */
  left(): void;
}

interface Place {
  readonly name: string;
  readonly close: () => void;
  isStranger: boolean;
}

export class ConnectionGate {
  /** All that are open, the oldest first. */
  readonly #open = new Set<Place>();
  readonly #byName = new Map<string, Set<Place>>();
  readonly #strangers = new Set<Place>();

  /** `share`: what the door may take of the descriptors of the process; without one there is no limit but those of admit(). */
  constructor(private readonly share?: DoorShare) {}

  /**
   * Answers `undefined` where there is no room and nobody who could make any: then the client is refused. `close` ends the connection when it has
   * to make room for another one; its place is free before the call.
   */
  admit(address: string, limits: ConnectionLimits, close: () => void): Guest | undefined {
    const place: Place = { name: clientPlace(address), close, isStranger: true };
    const neighbours = this.#byName.get(place.name) ?? new Set();
    if (neighbours.size >= limits.connectionsPerAddress && !this.#makeRoom(neighbours)) return undefined;
    if (this.#open.size >= limits.connections && !this.#makeRoom(this.#strangers)) return undefined;
    if (this.#strangers.size >= limits.connectionsBeforeLogin && !this.#makeRoom(this.#strangers)) return undefined;
    if (this.share?.take() === false && !(this.#makeRoom(this.#strangers) && this.share.take())) return undefined;
    this.#open.add(place);
    this.#strangers.add(place);
    this.#byName.set(place.name, neighbours.add(place));
    return { known: () => this.#known(place), left: () => this.#left(place) };
  }

  #makeRoom(among: Iterable<Place>): boolean {
    for (const place of among) {
      if (!place.isStranger) continue;
      this.#left(place);
      place.close();
      return true;
    }
    return false;
  }

  #known(place: Place): void {
    place.isStranger = false;
    this.#strangers.delete(place);
  }

  #left(place: Place): void {
    if (!this.#open.delete(place)) return;
    this.share?.giveBack();
    this.#strangers.delete(place);
    const neighbours = this.#byName.get(place.name);
    neighbours?.delete(place);
    if (neighbours?.size === 0) this.#byName.delete(place.name);
  }
}

/**
 * Where a client is, for limits and delays: an IPv4 address, also where a dual-stack socket writes it as IPv6, or an IPv6 network of 64 bits, as
 * who has one address of it has 2^64. A text that is no address stands for itself.
 */
export function clientPlace(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Not by `node:net`: the SDK is in every plugin's process, which should not load the network for this. */
function isIPv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`);
}

/** The eight numbers of a valid IPv6 address (RFC 4291 section 2.2). */
function groupsOf(address: string): readonly number[] {
  const [front = '', back] = address.split('::').map((half) => half.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, dottedToGroups));
  const first = numbersOf(front);
  if (back === undefined) return first;
  const last = numbersOf(back);
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

function dottedToGroups(_quad: string, ...octets: readonly string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function numbersOf(groups: string): readonly number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
}
