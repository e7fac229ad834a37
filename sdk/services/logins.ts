// Who may log in.
import type { MailboxRef } from '../accounts.js';
import type { Disposable } from '../disposable.js';
import type { Protocol } from '../protocols.js';
import { createServiceId } from './createServiceId.js';

/** Checks logins of mail clients and of the manager. */
export interface Authenticator {
  /**
   * Checks a login: `andrew` where unique on the server, `andrew@company` (account id), `lisa@works.example` (domain account), `admin1`.
   * Any case of letters. Unknown names take as long as wrong passwords. Failures from one address slow down.
   */
  login(name: string, password: string, peer: LoginPeer): Promise<LoginResult>;
}
export const Authenticator = createServiceId<Authenticator>('Authenticator');

export interface LoginPeer {
  readonly protocol: Protocol;
  /** Remote IP address. */
  readonly address: string;
}
/** `wait`: too many failures, not even looked at. */
export type LoginResult = { readonly ok: true; readonly mailbox: MailboxRef } | { readonly ok: false; readonly reason: 'wrong' | 'wait' };

/** ADMIN1's password, which opens the manager. */
export interface AdminPassword {
  readonly isSet: boolean;
  /** Rejects with `settings/invalid` for an empty or overlong one. Resolves when it is durable. */
  set(password: string): Promise<void>;
  /** After it was set, by any command or page. */
  onDidChange(listener: () => void): Disposable;
}
export const AdminPassword = createServiceId<AdminPassword>('AdminPassword');
