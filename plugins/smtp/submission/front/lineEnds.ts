// Programs that end their lines with LF alone. The end of the text is unknown then (RFC 5321 section 2.3.8): they are told so, and nothing is guessed.
import type { Disposable } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

/** After what looks like the end of a text and is none: a client that has more to send does so before. */
export const STRAY_END_MS = 10_000;

const WAY_OUT = 'Set the device or program to end every line with CR LF (often called CRLF, DOS or Windows line ends).';
/** The replies to such a command, and to such a text. */
export const LONE_LF = `This line ends with LF alone. ${WAY_OUT}`;
export const WITHOUT_END = `The message was not taken in: its text does not end with CR LF, a dot, and CR LF. ${WAY_OUT}`;

/** For the log, since a scanner does not show the answer. */
export function loneLfOf(peer: string): string {
  return `${peer} ends its lines with LF alone, and its mail is refused. ${WAY_OUT}`;
}

/** They do nothing to a message, so that a client that gives up may say goodbye. */
export function isHarmless(command: string): boolean {
  return /^(?:QUIT|NOOP)\s*$/i.test(command);
}

/** Waits behind what its sender may take for the end of his text. */
export class StrayEnd implements Disposable {
  #timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly nothingFollows: () => void,
  ) {}

  /** More of the text has come: does it seem to be over? */
  watch(seemsOver: boolean): void {
    this.dispose();
    if (seemsOver) this.#timer = this.clock.after(STRAY_END_MS, this.nothingFollows);
  }

  dispose(): void {
    void this.#timer?.dispose();
    this.#timer = undefined;
  }
}
