// When the plugins' folder is held against the store: at the start, when packages or the settings' lists change, and again and again, as nothing tells of files
// that somebody took out of the folder, nor of room on the disk.
import type { Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { Clock, Documents, SettingsService } from '@postroom/sdk/services';
import { PACKAGES } from './packageDocument.js';
import type { PackageFollower } from './packageFollower.js';

const AGAIN_MS = 10_000;

interface WatchParts {
  readonly follower: PackageFollower;
  readonly documents: Pick<Documents, 'onDidChange'>;
  readonly settings: Pick<SettingsService, 'onDidChange'>;
  readonly clock: Pick<Clock, 'after'>;
  /** One change of the folder at a time. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

export class PackageWatch implements Disposable {
  readonly #watching = new DisposableStack();
  #again: Disposable | undefined;
  #isWaiting = false;
  #isOver = false;

  constructor(private readonly of: WatchParts) {}

  /** Before mail moves: resolves when this server has what it can have. */
  async begin(): Promise<void> {
    const { documents, settings } = this.of;
    await this.look(() => true);
    if (this.#isOver) return;
    this.#watching.use(documents.onDidChange(PACKAGES, () => this.#soon()));
    this.#watching.use(settings.onDidChange(['plugins.enabled', 'plugins.disabled'], () => this.#soon()));
  }

  async look(gives?: (plugin: string) => boolean): Promise<void> {
    const { follower, inTurn, clock } = this.of;
    await inTurn(() => follower.follow(gives));
    // Another look may have ended just now: one timer is enough.
    void this.#again?.dispose();
    this.#again = this.#isOver ? undefined : clock.after(AGAIN_MS, () => this.#soon());
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    // A change that is under way may wait for the host, which waits for this: it comes to its end by itself.
    this.of.follower.end();
    await this.#watching.dispose();
    await this.#again?.dispose();
  }

  /** Changes that come while one look waits for its turn are in it. */
  #soon(): void {
    if (this.#isWaiting || this.#isOver) return;
    this.#isWaiting = true;
    void this.of.inTurn(async () => {
      this.#isWaiting = false;
    });
    void this.look();
  }
}
