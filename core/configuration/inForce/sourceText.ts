// The text of the settings as it was last read from its source or written there.
import type { SettingsSource } from '@postroom/sdk/services';

/** What a look at the source found: the text of before, another one, or none, for which `refusal` says why. */
export type SourceLook = 'same' | 'changed' | { readonly refusal: string };

export class SourceText {
  #text = '';
  #etag = '""';
  /** Whether the last look found a text. */
  #isRead = false;

  constructor(private readonly source: SettingsSource) {}

  get text(): string {
    return this.#text;
  }

  get etag(): string {
    return this.#etag;
  }

  async look(): Promise<SourceLook> {
    const content = await this.source.read();
    if (content.text === undefined) {
      this.#isRead = false;
      return { refusal: content.refusal };
    }
    const isSame = this.#isRead && content.text === this.#text;
    this.#isRead = true;
    [this.#text, this.#etag] = [content.text, content.etag];
    return isSame ? 'same' : 'changed';
  }

  /** Takes the place of what was read last; false, with nothing written, where another version is there by now. Rejects as the source does. */
  async replace(text: string): Promise<boolean> {
    const written = await this.source.write(text, this.#isRead ? this.#etag : undefined);
    if (written === 'conflict') return false;
    this.#isRead = true;
    [this.#text, this.#etag] = [text, written.etag];
    return true;
  }
}
