// V8 hardly counts the memory behind Buffers: octets of a large message that are done with pile up to some 30 MB before it
// looks for garbage. A young-generation collection every few MB (about 1 ms each) keeps a 50 MB message below 10 MB.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const OCTETS_BETWEEN = 4 * 2 ** 20;

let passed = 0;
let collect: ((options: { readonly type: 'minor' }) => void) | undefined;

/** Tells that so many octets of a large message went through Buffers that are garbage by now. */
export function octetsPassed(octets: number): void {
  passed += octets;
  if (passed < OCTETS_BETWEEN) return;
  passed = 0;
  collect ??= garbageCollector();
  collect({ type: 'minor' });
}

/** With the first large message: who only imports this switches nothing on. */
function garbageCollector(): (options: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
}
