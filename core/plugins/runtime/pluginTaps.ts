// The taps of a plugin: those that its manifest declares. They come into the hooks in one go and leave them in one go, so that a message meets all or none.
import { type Disposable, type HookName, type Hooks, PostroomError, type TapDeclaration, type Tappable } from '@postroom/sdk';
import type { HostHooks } from '../../hooks/hooks.js';
import { runsInHost } from '../manifests/discovery.js';
import type { ReadablePlugin } from './pluginModule.js';

export class PluginTaps {
  /** While activate() runs taps wait for each other. */
  #phase: 'waiting' | 'open' | 'closed' = 'waiting';
  readonly #waiting: (() => void)[] = [];
  readonly #taps: Disposable[] = [];
  readonly #supplied = new Set<TapDeclaration>();

  constructor(
    private readonly plugin: ReadablePlugin,
    private readonly hooks: HostHooks,
    /** Throws where the plugin has ended. */
    private readonly mustLive: () => void,
  ) {}

  /** What the plugin's code sees of the hooks. */
  get forPlugin(): Hooks {
    return Object.freeze({
      onSchedule: this.#tappable('onSchedule'),
      onLicenseCheck: this.#tappable('onLicenseCheck'),
      onFetch: this.#tappable('onFetch'),
      onSort: this.#tappable('onSort'),
      onDeliver: this.#tappable('onDeliver'),
    }) as Hooks;
  }

  /** Declared, and without a handler so far. */
  get silent(): readonly TapDeclaration[] {
    return (this.plugin.manifest.contributes?.taps ?? []).filter((tap) => !this.#supplied.has(tap));
  }

  /** Puts them into the hooks; what comes later goes there at once. */
  open(): void {
    this.#phase = 'open';
    for (const add of this.#waiting.splice(0)) add();
  }

  /** Takes them out, for good; calls already inside go on. */
  close(): void {
    this.#phase = 'closed';
    for (const tap of this.#taps.splice(0)) void tap.dispose();
  }

  #tappable(hook: HookName): Tappable<never> {
    return {
      tap: (name, handler) => {
        this.mustLive();
        const { id, manifest } = this.plugin;
        const declaration = manifest.contributes?.taps?.find((tap) => tap.hook === hook && tap.name === name);
        if (declaration === undefined) {
          throw new PostroomError('plugin/undeclared-tap', `${id} taps ${hook} as "${name}", which its manifest does not declare.`, {
            plugin: id,
          });
        }
        this.#supplied.add(declaration);
        const isIsolated = !runsInHost(this.plugin);
        return this.#tap(() => this.hooks[hook].add({ plugin: id, declaration, concurrent: isIsolated, keepsTime: isIsolated }, handler));
      },
    };
  }

  #tap(add: () => Disposable): Disposable {
    let added: Disposable | undefined;
    let isWanted = true;
    const open = (): void => {
      added = isWanted ? add() : undefined;
    };
    if (this.#phase === 'waiting') this.#waiting.push(open);
    else if (this.#phase === 'open') open();
    const tap: Disposable = {
      dispose: () => {
        isWanted = false;
        return added?.dispose();
      },
    };
    this.#taps.push(tap);
    return tap;
  }
}
