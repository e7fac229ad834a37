// What is on trial, durable before it is in force, and the same for all servers that share the settings.
import { type Disposable, PostroomError } from '@postroom/sdk';
import type { Documents } from '@postroom/sdk/services';
import type { RiskyPath } from './riskyChanges.js';

const DOCUMENT = 'trial.json';
/** Times that a change is made where other servers change the record at the same moment. */
const MOST_TRIES = 10;

/** A property on trial. */
export interface Tried {
  readonly path: RiskyPath;
  /** What the text said before; missing where it said nothing. */
  readonly former?: unknown;
  /** The values that were tried since. Another one came from an editor, and stays. */
  readonly tried: readonly unknown[];
}

export interface KeptTrial {
  /** `undefined` where nothing was on trial yet. */
  readonly version: string | undefined;
  readonly properties: readonly Tried[];
}

export class TrialRecord {
  constructor(private readonly documents: Documents) {}

  async read(): Promise<KeptTrial> {
    const found = await this.documents.get(DOCUMENT);
    if (found === undefined) return { version: undefined, properties: [] };
    return { version: found.version, properties: JSON.parse(Buffer.from(found.octets).toString()) as readonly Tried[] };
  }

  /** Makes a change on top of what is there, again where another server is quicker. */
  async change(make: (properties: readonly Tried[]) => readonly Tried[]): Promise<KeptTrial> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const there = await this.read();
      const properties = make(there.properties);
      const kept = properties === there.properties ? there : await this.#replace(there, properties);
      if (kept !== undefined) return kept;
    }
    throw new PostroomError('settings/conflict', 'Other servers change at this moment what is on trial. Try again.');
  }

  /** An empty record stays: whoever looks now and then sees by its version that something was on trial in between. `undefined` where it is another one by now. */
  async forget(kept: KeptTrial): Promise<KeptTrial | undefined> {
    return this.#replace(kept, []);
  }

  /** Another server changed it. Where the store has one server nobody else does. */
  onDidChange(listener: () => void): Disposable {
    return this.documents.isShared ? this.documents.onDidChange(DOCUMENT, listener) : { dispose: () => undefined };
  }

  async #replace({ version }: KeptTrial, properties: readonly Tried[]): Promise<KeptTrial | undefined> {
    const put = await this.documents.put(DOCUMENT, Buffer.from(JSON.stringify(properties)), version);
    return put === 'conflict' ? undefined : { version: put.version, properties };
  }
}
