// Takes over what other servers change, and says when this one does not have the key for it.
import { type Disposable, type Logger, PostroomError } from '@postroom/sdk';
import type { Clock, Documents } from '@postroom/sdk/services';
import { type CheckedSecrets, secretProblems } from './secretCheck.js';
import { SECRETS_DOCUMENT, type SecretDocument } from './secretDocument.js';

/** A look that failed is tried again after so long. */
const LOOK_AGAIN_MS = 1000;

export interface WatchedSecrets extends CheckedSecrets {
  readonly document: SecretDocument;
}

export class SecretWatch implements Disposable {
  #said: readonly string[] = [];
  #again: Disposable | undefined;
  #isDisposed = false;
  #listening: readonly Disposable[] = [];

  constructor(
    private readonly secrets: WatchedSecrets,
    private readonly parts: { readonly documents: Documents; readonly clock: Clock; readonly log: Logger },
  ) {}

  async begin(): Promise<void> {
    await this.#sayWhatIsMissing();
    const { document, isShared } = this.secrets;
    if (!isShared) return;
    this.#listening = [
      document.onDidTake(() => void this.#sayWhatIsMissing()),
      this.parts.documents.onDidChange(SECRETS_DOCUMENT, () => void this.#look()),
    ];
    // What was changed since it was read, before anybody listened.
    await this.#look();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    for (const each of this.#listening) await each.dispose();
    await this.#again?.dispose();
  }

  async #look(): Promise<void> {
    const { clock, log } = this.parts;
    try {
      await this.secrets.document.look();
    } catch (error) {
      if (error instanceof PostroomError && error.code === 'secrets/unreadable') {
        log.error(`${error.message} This server goes on with those that it has.`);
        return;
      }
      // The store is away: nobody tells of this change a second time.
      await this.#again?.dispose();
      if (!this.#isDisposed) this.#again = clock.after(LOOK_AGAIN_MS, () => void this.#look());
    }
  }

  async #sayWhatIsMissing(): Promise<void> {
    const problems = await secretProblems(this.secrets);
    if (this.#isDisposed) return;
    for (const problem of problems) if (!this.#said.includes(problem)) this.parts.log.error(problem);
    this.#said = problems;
  }
}
