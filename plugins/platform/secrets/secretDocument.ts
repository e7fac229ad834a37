// The document with all secrets, and what this server has of it in memory. On a store that several servers share each of them changes it.
import { type Disposable, PostroomError, sentenceOf } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { Documents, StoredDocument } from '@postroom/sdk/services';
import type { PasswordHash } from './passwordHash.js';
import type { SealedSecret } from './secretBox.js';

export const SECRETS_DOCUMENT = 'secrets.json';
/** Times that a change is tried whose outcome the store did not say. */
const MOST_UNKNOWN = 3;

interface SecretsFile {
  readonly version: 1;
  /** By passwordKey(). */
  readonly passwords: Readonly<Record<string, PasswordHash>>;
  /** By secretPath(). */
  readonly secrets: Readonly<Record<string, SealedSecret>>;
}

export interface KeptSecrets {
  readonly passwords: ReadonlyMap<string, PasswordHash>;
  readonly secrets: ReadonlyMap<string, SealedSecret>;
}

/** What a change works on. */
export interface SecretsDraft {
  readonly passwords: Map<string, PasswordHash>;
  readonly secrets: Map<string, SealedSecret>;
}

export interface SecretsChange {
  /** Run again on what another server has written meanwhile: what it did before counts for nothing then. */
  readonly apply: (draft: SecretsDraft) => unknown;
  /** What else changes for readers in the same moment. */
  readonly together?: () => void;
  /** What ends the change once it is durable. */
  readonly afterwards?: () => Promise<void>;
}

export class SecretDocument implements KeptSecrets {
  #passwords = new Map<string, PasswordHash>();
  #secrets = new Map<string, SealedSecret>();
  #version: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #taken = new Listeners<KeptSecrets>();

  constructor(
    private readonly documents: Documents,
    /** Where it lies, for sentences. */
    private readonly place: string,
  ) {}

  get passwords(): ReadonlyMap<string, PasswordHash> {
    return this.#passwords;
  }

  get secrets(): ReadonlyMap<string, SealedSecret> {
    return this.#secrets;
  }

  /** Of what is in memory. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Rejects with `secrets/unreadable` where it is damaged: to go on without it would lose every password at the next write. */
  async open(): Promise<void> {
    await this.#take();
  }

  /** After what somebody else wrote was taken over. Given what was there before. */
  onDidTake(listener: (before: KeptSecrets) => void): Disposable {
    return this.#taken.add(listener);
  }

  /** Takes over what somebody else has written since. */
  look(): Promise<void> {
    return this.inTurn(async () => {
      if ((await this.documents.version(SECRETS_DOCUMENT)) !== this.#version) await this.#take();
    });
  }

  /** Changes follow each other. Readers see what was there before until a change is durable, then all of it; one that fails does not count. */
  change({ apply, together, afterwards }: SecretsChange): Promise<void> {
    return this.inTurn(async () => {
      let unknown = 0;
      for (;;) {
        const draft = { passwords: new Map(this.#passwords), secrets: new Map(this.#secrets) };
        await apply(draft);
        const written = await this.#write(draft);
        if (typeof written === 'object') {
          [this.#passwords, this.#secrets, this.#version] = [draft.passwords, draft.secrets, written.version];
          together?.();
          return afterwards?.();
        }
        if (written === 'unknown') unknown += 1;
        if (unknown === MOST_UNKNOWN) throw outcomeUnknown();
        await this.#take().catch((error: unknown) => {
          throw unknown > 0 ? outcomeUnknown() : error;
        });
      }
    });
  }

  /**
   * Writes it as it is, so that no write from before takes effect any more whose answer was lost: it would replace another version. Nothing where there is no
   * document.
   */
  async settle(): Promise<void> {
    if (this.#version !== undefined) await this.change({ apply: () => undefined });
  }

  /** Runs while no change of this server is under way. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #take(): Promise<void> {
    const found = await this.#read();
    if (found?.version === this.#version) return;
    this.#version = found?.version;
    // One that has vanished is written again by the next change: no change removes it.
    if (found === undefined) return;
    const before = { passwords: this.#passwords, secrets: this.#secrets };
    this.#passwords = new Map(Object.entries(found.file.passwords));
    this.#secrets = new Map(Object.entries(found.file.secrets));
    this.#taken.fire(before);
  }

  async #read(): Promise<{ readonly file: SecretsFile; readonly version: string } | undefined> {
    let found: StoredDocument | undefined;
    try {
      found = await this.documents.get(SECRETS_DOCUMENT);
    } catch (error) {
      // A file that cannot be read; a database that is away says so itself.
      if (this.documents.isShared) throw error;
      throw new PostroomError('secrets/unreadable', sentenceOf(error), {}, { cause: error });
    }
    if (found === undefined) return undefined;
    const file = secretsIn(found.octets);
    if (file !== undefined) return { file, version: found.version };
    throw secretsDamaged(this.place);
  }

  async #write({ passwords, secrets }: SecretsDraft): Promise<{ readonly version: string } | 'conflict' | 'unknown'> {
    const file: SecretsFile = { version: 1, passwords: Object.fromEntries(passwords), secrets: Object.fromEntries(secrets) };
    try {
      return await this.documents.put(SECRETS_DOCUMENT, Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`), this.#version);
    } catch (error) {
      if (!(error instanceof PostroomError)) throw error;
      if (error.code === 'store/unknown') return 'unknown';
      throw new PostroomError(error.code, `${error.message} The secrets are as before.`, error.fields, { cause: error });
    }
  }
}

/** `undefined` where the octets are not what this server writes. */
export function secretsIn(octets: Uint8Array): SecretsFile | undefined {
  try {
    const file = JSON.parse(Buffer.from(octets).toString()) as Partial<SecretsFile> | null;
    return file?.version === 1 && isGroup(file.passwords) && isGroup(file.secrets) ? (file as SecretsFile) : undefined;
  } catch {
    return undefined;
  }
}

export function secretsDamaged(place: string): PostroomError {
  return new PostroomError(
    'secrets/unreadable',
    `${place} is damaged. Put it back from a backup, or remove it and set every password anew.`,
  );
}

function outcomeUnknown(): PostroomError {
  return new PostroomError(
    'store/unknown',
    'The store does not say whether the secrets were changed. Look, and try again where they were not.',
  );
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
