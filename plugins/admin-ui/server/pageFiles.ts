// The built files of the page, kept in memory: a file that is read while it goes out stays open for as long as its reader likes, and no login
// is needed to ask for one.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const PACKED = '.gz';

export interface PageFile {
  readonly octets: Buffer;
  readonly type: string;
  readonly isPacked: boolean;
}

export class PageFiles {
  /** What is there, and nothing else: no name that a client sends becomes a path. */
  readonly #names: ReadonlySet<string>;
  readonly #read = new Map<string, Promise<Buffer>>();

  constructor(private readonly folder: string) {
    this.#names = new Set(namesIn(folder));
  }

  /** `packed`: the client takes gzip. `undefined` where there is no such file. */
  async file(name: string, packed: boolean): Promise<PageFile | undefined> {
    const type = TYPES[path.extname(name)];
    if (type === undefined || !this.#names.has(name)) return undefined;
    const isPacked = packed && this.#names.has(name + PACKED);
    return { octets: await this.#octets(isPacked ? name + PACKED : name), type, isPacked };
  }

  #octets(name: string): Promise<Buffer> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const read = readFile(path.join(this.folder, name));
    this.#read.set(name, read);
    // Without a descriptor at this moment, perhaps: the next one who asks tries again.
    read.catch(() => this.#read.delete(name));
    return read;
  }
}

/** Where the page was not built the API serves all the same. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
