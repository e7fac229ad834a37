// Whether the event loop is starved. A loop that does not turn while the machine sleeps, swaps, or stands in a debugger burns no processor
// time, and a busy machine gives it little: so only the processor time of the thread counts, never the time that passes.

export class Starvation {
  #beat: number | undefined;
  /** Processor time when the loop was last seen to have turned. */
  #since = 0;

  /** `afterMs`: how much processor time, in milliseconds, may go by without a turn. */
  constructor(private readonly afterMs: number) {}

  /** `beat` changes with every turn; `processorMs`: what the loop's thread has used since it began. True: the loop is starved. */
  look(beat: number, processorMs: number): boolean {
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#since = processorMs;
    }
    return processorMs - this.#since >= this.afterMs;
  }
}

/** The processor time of a thread, in milliseconds, from its /proc/.../stat (proc(5): utime and stime, in hundredths of a second). */
export function processorMsOf(stat: string): number {
  // The second field is the program's name, and may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
