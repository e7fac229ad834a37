// A source of settings that is no file: a text in memory, with numbers for versions, and somebody else who writes into it.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { SettingsContent, SettingsSource } from '@postroom/sdk/services';

export class MemorySource implements SettingsSource {
  readonly place = 'the settings in memory';
  readonly starter = '{ "timer.everyMinutes": 30 }';
  readonly #changed = new Listeners<void>((thrown) => {
    throw thrown;
  });
  #version = 0;
  /** Called before each write: where somebody else is quicker. */
  beforeWrite: () => void = () => undefined;
  schema: unknown;
  text: string | undefined;

  async read(): Promise<SettingsContent> {
    if (this.text === undefined) return { text: undefined, isMissing: true, refusal: 'The memory is empty.' };
    return { text: this.text, etag: this.#etag() };
  }

  async write(text: string, replaces: string | undefined): Promise<{ readonly etag: string } | 'conflict'> {
    this.beforeWrite();
    if (replaces !== undefined && replaces !== this.#etag()) return 'conflict';
    this.put(text);
    return { etag: this.#etag() };
  }

  /** As another server does. */
  put(text: string): void {
    this.text = text;
    this.#version += 1;
    this.#changed.fire();
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  async offerSchema(schema: Readonly<Record<string, unknown>>): Promise<void> {
    this.schema = schema;
  }

  #etag(): string {
    return `"${this.#version}"`;
  }
}
