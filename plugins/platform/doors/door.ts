// One door thread from the main thread's side: begun, asked whether it lives, ended.
import type { EventLoopUtilityFunction } from 'node:perf_hooks';
import { MessageChannel, Worker } from 'node:worker_threads';
import { sentenceOf } from '@postroom/sdk';
import { isDoorClosed, MessageLine } from '@postroom/sdk/network';
import { DoorPart, type PartOfDoor } from './doorPart.js';
import type { DoorThreadData } from './doorThread.js';

/** A door that does not answer for so long is ended. */
const SILENT_MS = 10_000;
/** The main thread may itself have been away meanwhile: so often it looked and there was no answer. */
const SILENT_LOOKS = 4;
/** A module that has not closed so long after its grace is ended with its thread. */
const LATE_MS = 5_000;
/** What JavaScript may take; octets on their way are beside it. */
const RESOURCES = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

export interface DoorNotes {
  /** What went wrong in it, and did not end it. */
  onProblem(sentence: string): void;
  /** It ended by itself, or had to be ended: why. */
  onCrash(reason: string): void;
}

export class Door {
  /** Resolves when the thread has ended and every keeper has let go of it. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #control: MessageLine;
  readonly #parts = new Set<DoorPart>();
  #lastPart = 0;
  #reason: string | undefined;
  #isEnding = false;
  #isOver = false;
  #usage: ReturnType<EventLoopUtilityFunction> | undefined;
  /** The question whether it lives that waits for its answer. */
  #asked: { readonly at: number; looks: number } | undefined;

  /** `file`: the built file of doorThread.ts. */
  constructor(
    file: string,
    private readonly notes: DoorNotes,
  ) {
    const { port1, port2 } = new MessageChannel();
    const workerData: DoorThreadData = { control: port2 };
    this.#worker = new Worker(file, { name: 'door', workerData, transferList: [port2], resourceLimits: RESOURCES, execArgv: [], env: {} });
    this.#control = new MessageLine(port1, (error) => this.#note(error));
    this.#control.hear<string>('problem', (sentence) => this.#note(new Error(sentence)));
    this.#worker.on('error', (error) => {
      this.#reason ??= sentenceOf(error);
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => resolve(this.#exited(code)));
    });
  }

  /** Whether it takes nothing new any more. */
  get isEnding(): boolean {
    return this.#isEnding || this.#isOver;
  }

  /** Opens a module in it. What that comes to is told by the part. */
  open(part: Pick<PartOfDoor, 'module' | 'keeper'>): DoorPart {
    this.#lastPart += 1;
    const opened = new DoorPart({ ...part, part: this.#lastPart, control: this.#control, onProblem: (error) => this.#note(error) });
    this.#parts.add(opened);
    void opened.gone.then(() => this.#parts.delete(opened));
    return opened;
  }

  /** Closes one module, and ends the thread where the module does not come to an end. */
  async closePart(part: DoorPart, graceMs: number): Promise<void> {
    const late = setTimeout(() => this.crash(`a protocol in it did not end within ${graceMs + LATE_MS} ms`), graceMs + LATE_MS);
    await part.close(graceMs);
    clearTimeout(late);
  }

  /** Lets all its modules end what they do, and ends. Resolves when the thread has ended. */
  async close(graceMs: number): Promise<void> {
    this.#isEnding = true;
    await Promise.all([...this.#parts].map((part) => this.closePart(part, graceMs)));
    if (!this.#isOver) {
      this.#isOver = true;
      await this.#worker.terminate();
    }
    await this.ended;
  }

  /** Ends it at once. */
  crash(reason: string): void {
    this.#reason ??= reason;
    // What it rejects with would be that it has ended.
    this.#worker.terminate().catch(() => undefined);
  }

  /** Called from time to time: answers the part of the time since the last look in which its event loop worked, and ends it where it does not answer. */
  look(now: number): number {
    if (this.#asked === undefined) this.#ask(now);
    else {
      this.#asked.looks += 1;
      if (now - this.#asked.at >= SILENT_MS && this.#asked.looks >= SILENT_LOOKS) this.crash(`it did not answer for ${SILENT_MS / 1000} s`);
    }
    const usage = this.#worker.performance.eventLoopUtilization();
    const { utilization } = this.#worker.performance.eventLoopUtilization(usage, this.#usage);
    this.#usage = usage;
    return utilization;
  }

  #ask(now: number): void {
    this.#asked = { at: now, looks: 0 };
    const answered = (): void => {
      this.#asked = undefined;
    };
    this.#control.ask('alive', undefined).then(answered, answered);
  }

  async #exited(code: number): Promise<void> {
    const wasAsked = this.#isOver;
    this.#isOver = true;
    if (!wasAsked || this.#reason !== undefined) this.notes.onCrash(this.#reason ?? `its code ended it (${code})`);
    await this.#control.ended;
    await Promise.all([...this.#parts].map(({ gone }) => gone));
  }

  /** That it has ended is told once, as such. */
  #note(error: unknown): void {
    if (isDoorClosed(error)) return;
    this.notes.onProblem(sentenceOf(error));
  }
}
