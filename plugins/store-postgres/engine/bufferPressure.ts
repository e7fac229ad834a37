// V8 hardly counts the memory behind Buffers: octets of a large message that are done with pile up to some 30 MB before it
// looks for garbage. A young-generation collection every few MB (about 1 ms each) keeps a 50 MB message below 10 MB.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const OCTETS_BETWEEN = 4 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;

let passed = 0;

/** Tells that so many octets of a large message went through Buffers that are garbage by now. */
export function octetsPassed(octets: number): void {
  passed += octets;
  if (passed < OCTETS_BETWEEN) return;
  passed = 0;
  collectGarbage({ type: 'minor' });
}
