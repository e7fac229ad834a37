// Which fence installed plugins run behind on this machine: found once, told once, and refused where the administrator asks for more.
import { PostroomError } from '@postroom/sdk';
import { createServiceId, Log } from '@postroom/sdk/services';
import { SettingsService } from '../../../configuration/inForce/settingsService.js';
import type { Fence, FenceKind } from './fence.js';
import { FENCE_NAMES, strictRefusal } from './fenceWords.js';
import { type FenceSearch, findFence } from './findFence.js';

export interface Fences {
  /** For a plugin that is about to start. Rejects with `plugin/unfenced` where plugins.isolation asks for more than there is. */
  forPlugin(plugin: string): Promise<Fence>;
  /** What there is, tried at the first time. */
  found(): Promise<FenceSearch>;
  /** What would refuse a plugin now; `undefined` where one may start. */
  refusal(): Promise<string | undefined>;
}
export const Fences = createServiceId<Fences>('Fences');

/** One search does for the life of the process: trying takes a tenth of a second. */
let search: Promise<FenceSearch> | undefined;

export class TriedFences implements Fences {
  #isTold = false;

  constructor(
    @SettingsService private readonly settings: SettingsService,
    @Log private readonly log: Log,
  ) {}

  async forPlugin(plugin: string): Promise<Fence> {
    const refusal = await this.refusal();
    if (refusal !== undefined) throw new PostroomError('plugin/unfenced', refusal, { plugin });
    const { fence, missing } = await this.found();
    this.#tell(fence, missing);
    return fence;
  }

  found(): Promise<FenceSearch> {
    search ??= findFence();
    return search;
  }

  async refusal(): Promise<string | undefined> {
    if (this.settings.get<string>('plugins.isolation') !== 'strict') return undefined;
    return strictRefusal(await this.found());
  }

  #tell(fence: Fence, missing: ReadonlyMap<FenceKind, string>): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const failed = [...missing].filter(([, why]) => why !== 'is not installed');
    if (failed.length === 0) return;
    this.log.warn(
      `${failed.map(([kind, why]) => `${FENCE_NAMES[kind]} ${why}.`).join(' ')} Installed plugins run behind ${FENCE_NAMES[fence.kind]}.`,
    );
  }
}
