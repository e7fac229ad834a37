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

/** Never without properties: where nothing is on trial there is no record. */
export interface KeptTrial {
  readonly version: string;
  readonly properties: readonly Tried[];
}

export class TrialRecord {
  constructor(private readonly documents: Documents) {}

  async read(): Promise<KeptTrial | undefined> {
    const found = await this.documents.get(DOCUMENT);
    return found && { version: found.version, properties: JSON.parse(Buffer.from(found.octets).toString()) as readonly Tried[] };
  }

  /** Makes a change on top of what is there, again where another server is quicker. */
  async change(make: (properties: readonly Tried[]) => readonly Tried[]): Promise<KeptTrial | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const there = await this.read();
      const properties = make(there?.properties ?? []);
      if (properties.length === 0) {
        if (there === undefined || (await this.forget(there))) return undefined;
        continue;
      }
      const put = await this.documents.put(DOCUMENT, Buffer.from(JSON.stringify(properties)), there?.version);
      if (put !== 'conflict') return { version: put.version, properties };
    }
    throw new PostroomError('settings/conflict', 'Other servers change at this moment what is on trial. Try again.');
  }

  /** False where it is another one by now. */
  async forget({ version }: KeptTrial): Promise<boolean> {
    return (await this.documents.remove(DOCUMENT, version)) === 'removed';
  }

  onDidChange(listener: () => void): Disposable {
    return this.documents.onDidChange(DOCUMENT, listener);
  }
}
