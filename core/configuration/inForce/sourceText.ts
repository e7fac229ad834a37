// The text of the settings as it was last read from its source or written there.
import type { SettingsProblem, SettingsSource, SettingsStanding } from '@postroom/sdk/services';

/** What a look at the source found: the text of before, another one, or none, for which `refusal` says why. A proposed text is another one until it is written. */
export type SourceLook = 'same' | 'changed' | { readonly refusal: string };

export class SourceText {
  #text = '';
  #etag = '""';
  #standing: SettingsStanding | undefined;
  #problems: readonly SettingsProblem[] = [];
  /** Whether the last look found a text. */
  #isRead = false;

  constructor(private readonly source: SettingsSource) {}

  get text(): string {
    return this.#text;
  }

  get etag(): string {
    return this.#etag;
  }

  get standing(): SettingsStanding | undefined {
    return this.#standing;
  }

  /** What the source has to say beside the text. */
  get problems(): readonly SettingsProblem[] {
    return this.#problems;
  }

  async look(): Promise<SourceLook> {
    const content = await this.source.read();
    this.#problems = content.problems ?? [];
    if (content.text === undefined) {
      this.#isRead = false;
      return { refusal: content.refusal };
    }
    const isSame = this.#isRead && content.text === this.#text && content.standing === this.#standing && content.standing !== 'proposed';
    this.#isRead = true;
    [this.#text, this.#etag, this.#standing] = [content.text, content.etag, content.standing];
    return isSame ? 'same' : 'changed';
  }

  /** Takes the place of what was read last; false, with nothing written, where another version is there by now. Rejects as the source does. */
  async replace(text: string): Promise<boolean> {
    const written = await this.source.write(text, this.#isRead ? this.#etag : undefined);
    if (written === 'conflict') return false;
    this.#isRead = true;
    [this.#text, this.#etag] = [text, written.etag];
    if (this.#standing === 'proposed') this.#standing = 'shared';
    return true;
  }
}
