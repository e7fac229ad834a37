// Whether this server can open what is encrypted: for the doctor, for `status` and for the log.
import { type CheckResult, sentenceOf } from '@postroom/sdk';
import { fingerprintsOf, howShared, type Keyring } from './keyring.js';
import type { KeptSecrets } from './secretDocument.js';

export interface CheckedSecrets {
  readonly document: KeptSecrets;
  readonly keyring: Keyring;
  /** Of the key file. */
  readonly keyPath: string;
  readonly isShared: boolean;
}

/** What this server cannot do, and what to do about it; nothing where all is well. */
export async function secretProblems({ document: { secrets }, keyring, keyPath, isShared }: CheckedSecrets): Promise<readonly string[]> {
  let missing: ReadonlyMap<string, number>;
  try {
    missing = await keyring.missing(secrets);
  } catch (error) {
    // A key file that holds no key.
    return [sentenceOf(error)];
  }
  return [...missing].map(([fingerprint, count]) => {
    const what = `${count} of ${secrets.size} encrypted secrets cannot be opened: their key ${fingerprint} is not in ${keyPath}`;
    const how = isShared ? howShared(fingerprint) : 'Put the right key file back from a backup, or set those secrets anew.';
    return `${what}. What needs one of them, such as collecting and sending, fails${isShared ? ' on this server' : ''}. ${how}`;
  });
}

export async function checkSecrets(checked: CheckedSecrets): Promise<readonly CheckResult[]> {
  const problems = await secretProblems(checked);
  if (problems.length > 0) return problems.map((text) => ({ check: CHECK, state: 'problem', text }));
  const { secrets } = checked.document;
  const keys = [...fingerprintsOf(secrets)].join(' and ');
  const text = secrets.size === 0 ? 'Nothing is encrypted yet.' : `${secrets.size} encrypted secrets can be opened, with the key ${keys}.`;
  return [{ check: CHECK, state: 'well', text }];
}

const CHECK = 'secrets';
