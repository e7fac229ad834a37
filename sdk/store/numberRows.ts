// Rows of numbers under a key, in the order in which they were added. A row takes some 40 octets, where an object in a Map takes a few hundred.

const SMALLEST = 64;
/** So much more room than rows, where room is made. */
const SPARE = 1.25;
/** In the place of a key whose row is gone. */
const GONE = Number.NaN;
/** Knuth's multiplicative hash, for keys that follow one another. */
const MULTIPLIER = 0x9e3779b1;

export class NumberRows<Column extends string> {
  readonly #columns: readonly Column[];
  /** By place, which is the number of a row since the rows were last moved together: the key, then the columns. */
  #cells: Float64Array;
  /** Places, counted from 1, at the hash of their keys or behind it; 0: none. At least half of it is free. What is gone stays until rows are moved together. */
  #index: Uint32Array;
  #size = 0;
  /** No row is before this place. */
  #first = 0;
  #end = 0;

  constructor(...columns: Column[]) {
    this.#columns = columns;
    this.#cells = new Float64Array(SMALLEST * this.#width);
    this.#index = new Uint32Array(indexLength(SMALLEST));
  }

  get size(): number {
    return this.#size;
  }

  /** Octets that all of it takes. */
  get octets(): number {
    return this.#cells.byteLength + this.#index.byteLength;
  }

  has(key: number): boolean {
    return this.#placeOf(key) !== undefined;
  }

  /** Key of the row that was added before all others. */
  get firstKey(): number | undefined {
    if (this.#size === 0) return undefined;
    while (Number.isNaN(this.#keyAt(this.#first))) this.#first += 1;
    return this.#keyAt(this.#first);
  }

  /** 0 where there is no such row. */
  get(key: number, column: Column): number {
    const place = this.#placeOf(key);
    return place === undefined ? 0 : (this.#cells[this.#cellOf(place, column)] ?? 0);
  }

  set(key: number, column: Column, value: number): void {
    const place = this.#placeOf(key);
    if (place !== undefined) this.#cells[this.#cellOf(place, column)] = value;
  }

  /** Behind all others. There must be none with this key yet. */
  add(key: number, row: Readonly<Record<Column, number>>): void {
    if (this.#end === this.#room) this.#moveTogether();
    const place = this.#end;
    this.#end += 1;
    this.#size += 1;
    this.#cells[place * this.#width] = key;
    for (const column of this.#columns) this.#cells[this.#cellOf(place, column)] = row[column];
    this.#enter(key, place);
  }

  delete(key: number): void {
    const place = this.#placeOf(key);
    if (place === undefined) return;
    this.#size -= 1;
    this.#cells[place * this.#width] = GONE;
    if (roomFor(this.#size) * 4 < this.#room) this.#moveTogether();
  }

  get #width(): number {
    return this.#columns.length + 1;
  }

  get #room(): number {
    return this.#cells.length / this.#width;
  }

  #keyAt(place: number): number {
    return this.#cells[place * this.#width] ?? GONE;
  }

  #cellOf(place: number, column: Column): number {
    return place * this.#width + this.#columns.indexOf(column) + 1;
  }

  #placeOf(key: number): number | undefined {
    for (let at = this.#hashOf(key); ; at = this.#after(at)) {
      const entry = this.#index[at] ?? 0;
      if (entry === 0) return undefined;
      if (this.#keyAt(entry - 1) === key) return entry - 1;
    }
  }

  #enter(key: number, place: number): void {
    let at = this.#hashOf(key);
    while (this.#index[at] !== 0) at = this.#after(at);
    this.#index[at] = place + 1;
  }

  #hashOf(key: number): number {
    return (Math.imul(key, MULTIPLIER) >>> 0) % this.#index.length;
  }

  #after(at: number): number {
    return (at + 1) % this.#index.length;
  }

  /** Into as much room as they need and some spare, without the places of rows that are gone. */
  #moveTogether(): void {
    const [cells, first, end, room] = [this.#cells, this.#first, this.#end, roomFor(this.#size)];
    this.#cells = new Float64Array(room * this.#width);
    this.#index = new Uint32Array(indexLength(room));
    [this.#first, this.#end] = [0, 0];
    for (let place = first; place < end; place += 1) {
      const row = cells.subarray(place * this.#width, (place + 1) * this.#width);
      const [key = GONE] = row;
      if (Number.isNaN(key)) continue;
      this.#cells.set(row, this.#end * this.#width);
      this.#enter(key, this.#end);
      this.#end += 1;
    }
  }
}

function roomFor(rows: number): number {
  return Math.max(SMALLEST, Math.ceil(rows * SPARE));
}

/** A power of two, so that the hash of keys that follow one another spreads. */
function indexLength(room: number): number {
  return 2 ** Math.ceil(Math.log2(room * 2));
}
