// Which fence isolated plugins run behind on this machine: found once, told once, and refused where the administrator asks for more.
import { type Logger, PostroomError, type Settings } from '@postroom/sdk';
import type { FenceKind, PluginFence } from './fence.js';
import { FENCE_NAMES, strictRefusal } from './fenceWords.js';
import { type FenceSearch, findFence } from './findFence.js';

/** One search does for the life of the process: trying takes a tenth of a second. */
let search: Promise<FenceSearch> | undefined;

export class Fences {
  #isTold = false;

  constructor(
    private readonly settings: Settings,
    private readonly log: Logger,
  ) {}

  /** For a plugin that is about to start. Rejects with `plugin/unfenced` where plugins.isolation asks for more than there is. */
  async forPlugin(plugin: string): Promise<PluginFence> {
    const refusal = await this.refusal();
    if (refusal !== undefined) throw new PostroomError('plugin/unfenced', refusal, { plugin });
    const { fence, missing } = await this.found();
    this.#tell(fence, missing);
    return fence;
  }

  /** What there is, tried at the first time. */
  found(): Promise<FenceSearch> {
    search ??= findFence();
    return search;
  }

  /** What would refuse a plugin now; `undefined` where one may start. */
  async refusal(): Promise<string | undefined> {
    if (this.settings.get<string>('plugins.isolation') !== 'strict') return undefined;
    return strictRefusal(await this.found());
  }

  #tell(fence: PluginFence, missing: ReadonlyMap<FenceKind, string>): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const failed = [...missing].filter(([, why]) => why !== 'is not installed');
    if (failed.length === 0) return;
    this.log.warn(
      `${failed.map(([kind, why]) => `${FENCE_NAMES[kind]} ${why}.`).join(' ')} Installed plugins run behind ${FENCE_NAMES[fence.kind]}.`,
    );
  }
}
