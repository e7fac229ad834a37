// The host's ends of a plugin's taps: they stand in the hooks, whichever process runs the plugin at the moment.
import type { Disposable, Hooks, TapDeclaration } from '@postroom/sdk';
import type { IsolatedPlugin, IsolationHost } from '@postroom/sdk/services';
import type { PeerHandler } from '../pipe/peer.js';
import { ISOLATED_HOOKS, type IsolatedHook } from '../pipe/protocol.js';
import { recordOf, textIn } from '../pipe/shapes.js';
import type { MessageHandles } from './messageHandles.js';
import { type CallPlugin, deliverTap, scheduleTap, sortTap } from './tapCalls.js';

export class HostTaps {
  readonly #taps = new Map<string, Disposable>();
  #isOpen = false;

  constructor(
    private readonly plugin: IsolatedPlugin,
    private readonly hooks: Hooks,
    private readonly timeLimit: IsolationHost['timeLimit'],
    private readonly desk: MessageHandles,
    private readonly call: CallPlugin,
  ) {}

  /** What a process tells of its taps. `announced`: those that it has handlers for, by name (`onSort scan`). */
  handlers(announced: Set<string>): Readonly<Record<string, PeerHandler>> {
    return {
      'tap.add': (data) => {
        const key = keyIn(data);
        this.#declaration(key);
        announced.add(key);
        if (this.#isOpen) {
          this.#put(key);
        }
        return undefined;
      },
      'tap.remove': (data) => {
        const key = keyIn(data);
        announced.delete(key);
        void this.#taps.get(key)?.dispose();
        this.#taps.delete(key);
        return undefined;
      },
    };
  }

  /** Declared taps that a process has no handler for. */
  silent(announced: ReadonlySet<string>): readonly string[] {
    return (this.plugin.manifest.contributes?.taps ?? []).map(keyOf).filter((key) => !announced.has(key));
  }

  /** Puts the taps into their hooks; later ones follow as they are told. */
  open(announced: ReadonlySet<string>): void {
    this.#isOpen = true;
    for (const key of announced) {
      this.#put(key);
    }
  }

  #put(key: string): void {
    // It may be there from the process before.
    if (this.#taps.has(key)) {
      return;
    }
    const { hook, declaration } = this.#declaration(key);
    const { hooks, call, desk } = this;
    const { name } = declaration;
    const called = { tap: name, name: `${this.plugin.id}/${name}`, timeoutMs: this.timeLimit(declaration) };
    const adders: Readonly<Record<IsolatedHook, () => Disposable>> = {
      onSort: () => hooks.onSort.tap(name, sortTap(called, call, desk)),
      onDeliver: () => hooks.onDeliver.tap(name, deliverTap(called, call, desk)),
      onSchedule: () => hooks.onSchedule.tap(name, scheduleTap(called, call)),
    };
    this.#taps.set(key, adders[hook]());
  }

  /** Throws for a tap that the manifest does not declare: the API in the process has refused it already, so this one is forged. */
  #declaration(key: string): { readonly hook: IsolatedHook; readonly declaration: TapDeclaration } {
    const declaration = this.plugin.manifest.contributes?.taps?.find((tap) => keyOf(tap) === key);
    const hook = ISOLATED_HOOKS.find((name) => name === declaration?.hook);
    if (declaration === undefined || hook === undefined) {
      throw new Error(`it taps "${key.slice(0, 80)}", which its manifest does not declare`);
    }
    return { hook, declaration };
  }
}

function keyOf({ hook, name }: TapDeclaration): string {
  return `${hook} ${name}`;
}

function keyIn(data: unknown): string {
  return `${textIn(recordOf(data), 'hook')} ${textIn(recordOf(data), 'name')}`;
}
