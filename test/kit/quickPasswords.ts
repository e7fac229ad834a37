// A secrets.json whose password hashes cost next to nothing: tests log in hundreds of times.
import { scryptSync } from 'node:crypto';

/** Every user's password. */
export const PASSWORD = 'open sesame';

/** `users`: `account/name`, or `admin1`. */
export function quickPasswords(users: readonly string[]): string {
  const salt = Buffer.from('salt');
  const hash = {
    cost: 2,
    blockSize: 1,
    parallelization: 1,
    salt: salt.toString('base64'),
    hash: scryptSync(PASSWORD, salt, 32, { N: 2, r: 1, p: 1 }).toString('base64'),
  };
  return JSON.stringify({ version: 1, passwords: Object.fromEntries(users.map((user) => [user, hash])), secrets: {} });
}
