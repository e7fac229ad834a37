// Passwords of users as scrypt hashes (RFC 7914), with the parameters beside each so that they can grow.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  /** Base64. */
  readonly salt: string;
  /** Base64. */
  readonly hash: string;
}

/** One of the equally strong choices of OWASP's Password Storage Cheat Sheet: the one that takes 16 MB, about 0.25 s here. */
const COST = 2 ** 14;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 5;
const HASH_OCTETS = 32;
/** Octets; more than anybody types, little enough to hash. */
export const LONGEST_PASSWORD = 1024;

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const made = await derive(password, salt, { cost: COST, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION }, HASH_OCTETS);
  return {
    cost: COST,
    blockSize: BLOCK_SIZE,
    parallelization: PARALLELIZATION,
    salt: salt.toString('base64'),
    hash: made.toString('base64'),
  };
}

export async function matchesHash(password: string, known: PasswordHash): Promise<boolean> {
  const hash = Buffer.from(known.hash, 'base64');
  const made = await derive(password, Buffer.from(known.salt, 'base64'), known, hash.length);
  return timingSafeEqual(made, hash);
}

/** Whether two are of one password that was set once: each has a salt of its own. */
export function isSameHash(one: PasswordHash | undefined, other: PasswordHash | undefined): boolean {
  return one?.hash === other?.hash && one?.salt === other?.salt;
}

/** A hash that no password has, to spend the same time on where there is none. */
export function unmatchableHash(): PasswordHash {
  const [salt, hash] = [randomBytes(16).toString('base64'), randomBytes(HASH_OCTETS).toString('base64')];
  return { cost: COST, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION, salt, hash };
}

function derive(
  password: string,
  salt: Buffer,
  { cost, blockSize, parallelization }: Pick<PasswordHash, 'cost' | 'blockSize' | 'parallelization'>,
  octets: number,
): Promise<Buffer> {
  const options: ScryptOptions = {
    cost,
    blockSize,
    parallelization,
    maxmem: 128 * cost * blockSize + 128 * blockSize * parallelization + 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    // Clients and systems write accented letters in two ways; both are the same password.
    scrypt(password.normalize('NFC'), salt, octets, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
