// Where servers and peers run, and where what makes work for them runs: everywhere, or on some cores each (taskset).
import { readFileSync } from 'node:fs';

/** Words before a command. */
export interface Placement {
  /** Of what is measured: Postroom, its peer, and programs that do a peer's work. */
  readonly measured: readonly string[];
  /** Of load generators and of the ISP of both. */
  readonly load: readonly string[];
}

export const EVERYWHERE: Placement = { measured: [], load: [] };

/** What is measured gets the first `count` cores, the load the others; where none is left it shares them. Pure. */
export function placementOn(count: number, cores: readonly number[]): Placement {
  const on = (some: readonly number[]): readonly string[] => (some.length === 0 ? [] : ['taskset', '-c', some.join(',')]);
  return { measured: on(cores.slice(0, count)), load: on(cores.slice(count)) };
}

/** A command with its arguments, where it runs. Pure. */
export function placed(words: readonly string[], command: string, args: readonly string[]): readonly [command: string, args: string[]] {
  const [first = command, ...rest] = [...words, command, ...args];
  return [first, rest];
}

/** Reads a list as Linux writes it: `0-2,5`. Pure. */
export function coresIn(list: string): readonly number[] {
  return list.split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Those that this process may use. */
export function allowedCores(): readonly number[] {
  return coresIn(/^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0');
}
