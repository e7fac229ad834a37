// Servers, and virus scanners in front of them, that announce PIPELINING and answer only the first of the commands that came together, or damage the end of
// a message so that the next answer is taken for a part of it.
import type { Clock } from '@postroom/sdk/services';
import type { IspAccount } from './ispAccount.js';

/** An outage while an answer was due looks the same: a day of one command at a time costs little. */
const DOUBT_MS = 24 * 60 * 60_000;

/** In memory only: the first session after a restart finds out again, and takes in nothing that is doubtful. */
export class PipelineDoubts {
  readonly #until = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Commands that were sent together did not all get an answer, or it is unknown which. */
  note(account: IspAccount): void {
    this.#until.set(serverOf(account), this.clock.monotonic() + DOUBT_MS);
  }

  /** One command at a time, whatever the server announces. */
  has(account: IspAccount): boolean {
    return (this.#until.get(serverOf(account)) ?? 0) > this.clock.monotonic();
  }
}

function serverOf({ id, host, port }: IspAccount): string {
  return `${id} ${host} ${port}`;
}
