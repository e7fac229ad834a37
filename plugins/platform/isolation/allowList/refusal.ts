// What a plugin is told that goes beyond what it may: an error with Node's own code for it, and a sentence with the way out.
import { MODULES } from './modules.js';

/** As Node's permissions have it. */
const CODE = 'ERR_ACCESS_DENIED';
/** Kept here: a plugin may change the global one. */
const NativeError = Error;

const ALLOWED = Object.keys(MODULES)
  .filter((name) => !name.startsWith('_'))
  .sort()
  .join(', ');

/** `name`: without `node:`. */
export function moduleRefusal(name: string): Error {
  return refusalOf(`A plugin may not use node:${name}. The modules of Node that it may use: ${ALLOWED}.`);
}

/** `what`: `process.dlopen`, `v8.setFlagsFromString`. */
export function refusal(what: string): Error {
  return refusalOf(`A plugin may not use ${what}. What it may use stands in the SDK's README under "Where a plugin runs".`);
}

function refusalOf(sentence: string): Error {
  const error = new NativeError(sentence) as NodeJS.ErrnoException;
  error.code = CODE;
  return error;
}

/** A function, or a class, that is there and throws. */
export function refusing(what: string): (...args: readonly unknown[]) => never {
  // An arrow function could be no class, and packages derive from some of these.
  return function refused(): never {
    throw refusal(what);
  };
}
