// What every store asks of a document before it keeps it.
import { PostroomError } from '../errors.js';

/** Octets. */
const LARGEST = 64 * 2 ** 20;
const LONGEST_NAME = 200;
/** It becomes the name of a file or folder. */
const STEP = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

export function isDocumentName(name: string): boolean {
  return name.length <= LONGEST_NAME && name.split('/').every((step) => STEP.test(step));
}

/** Throws a TypeError for a name that no document may have. */
export function checkDocumentName(name: string): void {
  if (isDocumentName(name)) return;
  throw new TypeError(
    `"${name.slice(0, LONGEST_NAME)}" cannot be a document's name: steps of letters, digits, ".", "-" and "_", with slashes between them, none beginning with a dot, ${LONGEST_NAME} characters at most.`,
  );
}

/** As well for octets that are too many, with `store/full`. */
export function checkDocument(name: string, octets: Uint8Array): void {
  checkDocumentName(name);
  if (octets.length <= LARGEST) return;
  throw new PostroomError('store/full', `The document ${name} has more than ${LARGEST / 2 ** 20} MB, which is the most that one may have.`);
}
