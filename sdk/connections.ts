// Who may hold a connection of a server for mail clients. One rule for all such servers: who is logged in stays served, and where there is no
// room, a connection without a login goes: of the address that has most of them, so that a crowd makes room for itself however fast it comes again, else
// the one that has waited longest. A login takes no time, so those who wait longest mean none.
import type { ConnectionShare } from './openFiles.js';

/** How many connections a server holds at a time. */
export interface ConnectionLimits {
  readonly connections: number;
  /** From one place, as `clientPlace` names it. */
  readonly connectionsPerAddress: number;
  /** Those that have not logged in. */
  readonly connectionsBeforeLogin: number;
  /** Where all have logged in, the address that has most connections gives up the one that it has not used for longest. Default false: it stays. */
  readonly knownMakeRoom?: boolean;
}

/** Connections that one address may well have at a time: with more it is the first to make room. A mail client opens a few, a browser six. */
export const FEW_CONNECTIONS = 8;

/** A connection that was let in. Both calls may come more than once. */
export interface Guest {
  /** It has logged in, or shown otherwise that it means work: from now on no stranger takes its place. Said again it has been used again. */
  known(): void;
  /** It is closed. */
  left(): void;
}

interface Place {
  readonly of: Neighbours;
  readonly close: () => void;
}

/** The connections of one address, those used longest ago first. */
interface Neighbours {
  readonly name: string;
  readonly strangers: Set<Place>;
  readonly known: Set<Place>;
}

export class ConnectionGate {
  readonly #byName = new Map<string, Neighbours>();
  /** All of them, the oldest first. */
  readonly #strangers = new Set<Place>();
  #open = 0;

  /** `share`: what its connections may take of the descriptors of the process; without one there is no limit but those of admit(). */
  constructor(private readonly share?: ConnectionShare) {}

  /**
   * Answers `undefined` where there is no room and no connection may be closed for it: then the client is refused. `close` ends the connection when it has
   * to make room for another one; its place is free before the call.
   */
  admit(address: string, limits: ConnectionLimits, close: () => void): Guest | undefined {
    const name = clientPlace(address);
    const neighbours = this.#byName.get(name) ?? { name, strangers: new Set(), known: new Set() };
    if (sizeOf(neighbours) >= limits.connectionsPerAddress && !this.#close(first(neighbours.strangers))) return undefined;
    if (this.#open >= limits.connections && !this.#makeRoom(neighbours, limits)) return undefined;
    if (this.#strangers.size >= limits.connectionsBeforeLogin && !this.#makeRoom(neighbours)) return undefined;
    if (this.share?.take() === false && !(this.#makeRoom(neighbours, limits) && this.share.take())) return undefined;
    const place: Place = { of: neighbours, close };
    this.#open += 1;
    this.#strangers.add(place);
    neighbours.strangers.add(place);
    this.#byName.set(name, neighbours);
    return { known: () => this.#known(place), left: () => this.#left(place) };
  }

  /** For one more of `neighbours`. Who has more than a few connections takes no place of those who have not. */
  #makeRoom(neighbours: Neighbours, { knownMakeRoom = false }: Partial<ConnectionLimits> = {}): boolean {
    const crowd = this.#crowd(({ strangers }) => strangers);
    const own = knownMakeRoom && neighbours.known.size > FEW_CONNECTIONS ? first(neighbours.known) : undefined;
    const known = knownMakeRoom ? this.#crowd((each) => each.known) : undefined;
    return this.#close(crowd ?? own ?? first(this.#strangers) ?? known);
  }

  /** The first of those that the address has which has most of them, where these are more than a few. */
  #crowd(among: (neighbours: Neighbours) => ReadonlySet<Place>): Place | undefined {
    let most: ReadonlySet<Place> | undefined;
    for (const neighbours of this.#byName.values()) {
      const places = among(neighbours);
      if (places.size > (most?.size ?? FEW_CONNECTIONS)) most = places;
    }
    return most === undefined ? undefined : first(most);
  }

  #close(place: Place | undefined): boolean {
    if (place === undefined) return false;
    this.#left(place);
    place.close();
    return true;
  }

  #known(place: Place): void {
    const { strangers, known } = place.of;
    if (!strangers.delete(place) && !known.delete(place)) return;
    this.#strangers.delete(place);
    known.add(place);
  }

  #left(place: Place): void {
    const { name, strangers, known } = place.of;
    if (!strangers.delete(place) && !known.delete(place)) return;
    this.#open -= 1;
    this.#strangers.delete(place);
    this.share?.giveBack();
    if (sizeOf(place.of) === 0) this.#byName.delete(name);
  }
}

function sizeOf({ strangers, known }: Neighbours): number {
  return strangers.size + known.size;
}

function first(places: ReadonlySet<Place>): Place | undefined {
  return places.values().next().value;
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
