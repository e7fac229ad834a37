// What can be guessed of an account from its address, as the Setup Wizard of the manual keyed it in by itself.
import type { AccountsKindsRow, AccountsListRow } from '../answers.generated.js';
import { plainText } from '../base/format.js';

type Values = Readonly<Record<string, unknown>>;

export interface AccountDraft {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly loginName: string;
  readonly pop3Host: string;
  readonly smtpHost: string;
  readonly pop3Security: string;
  readonly smtpSecurity: string;
  readonly pop3Port: string;
  readonly smtpPort: string;
  readonly password: string;
  /** Further properties, of which those count that the kind requires. */
  readonly further: Values;
}

export const EMPTY_ACCOUNT: AccountDraft = {
  id: '',
  kind: 'regular',
  address: '',
  loginName: '',
  pop3Host: '',
  smtpHost: '',
  pop3Security: 'tls',
  smtpSecurity: 'tls',
  pop3Port: '',
  smtpPort: '',
  password: '',
  further: {},
};

/** A new address fills in the fields that were not changed by hand. */
export function withAddress(draft: AccountDraft, address: string): AccountDraft {
  const [before, after] = [guesses(draft.address), guesses(address)];
  const follow = (value: string, old: string, next: string): string => (value === '' || value === old ? next : value);
  return {
    ...draft,
    address,
    id: follow(draft.id, before.id, after.id),
    loginName: follow(draft.loginName, before.loginName, after.loginName),
    pop3Host: follow(draft.pop3Host, before.pop3Host, after.pop3Host),
    smtpHost: follow(draft.smtpHost, before.smtpHost, after.smtpHost),
  };
}

function guesses(address: string): Pick<AccountDraft, 'id' | 'loginName' | 'pop3Host' | 'smtpHost'> {
  const [local = '', domain = ''] = address.split('@');
  return {
    id: (domain.split('.')[0] ?? '').toLowerCase().replace(/[^a-z0-9-]/g, ''),
    loginName: local,
    pop3Host: domain === '' ? '' : `pop.${domain}`,
    smtpHost: domain === '' ? '' : `smtp.${domain}`,
  };
}

/** The form of an account that is there. `values`: its settings. */
export function draftOf(row: AccountsListRow, values: Values): AccountDraft {
  const text = (key: string): string => (values[key] === undefined || values[key] === 0 ? '' : plainText(values[key]));
  return {
    id: row.account,
    kind: row.kind,
    address: row.address,
    loginName: text('pop3.user') || (row.address.split('@')[0] ?? ''),
    pop3Host: text('pop3.host'),
    smtpHost: text('smtp.host'),
    pop3Security: text('pop3.security') || 'tls',
    smtpSecurity: text('smtp.security') || 'tls',
    pop3Port: text('pop3.port'),
    smtpPort: text('smtp.port'),
    password: '',
    further: values,
  };
}

/** `key=value` for `accounts.add` and `accounts.change`; an empty one takes the property out. */
export function assignments(draft: AccountDraft, kind: AccountsKindsRow | undefined): readonly string[] {
  const local = draft.address.split('@')[0] ?? '';
  const login = draft.loginName === local ? '' : draft.loginName;
  return [
    assignment('pop3.host', draft.pop3Host),
    `pop3.security=${draft.pop3Security}`,
    `pop3.port=${draft.pop3Port}`,
    assignment('pop3.user', login),
    assignment('smtp.host', draft.smtpHost),
    `smtp.security=${draft.smtpSecurity}`,
    `smtp.port=${draft.smtpPort}`,
    assignment('smtp.user', login),
    ...(kind?.requires ?? []).map(({ key, schema }) => assignment(key, draft.further[key] ?? schema.default)),
  ];
}

/** `key=`; a value may end in `=` as well. */
export function isEmpty(pair: string): boolean {
  return pair.indexOf('=') === pair.length - 1;
}

/** Titles of the required fields that are still empty. */
export function missingIn(draft: AccountDraft, kind: AccountsKindsRow | undefined): readonly string[] {
  const isMissing = (value: unknown): boolean => value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return (kind?.requires ?? [])
    .filter(({ key, schema }) => isMissing(draft.further[key] ?? schema.default))
    .map(({ key, schema }) => schema.title ?? key);
}

/** `key=value`. A text that reads as JSON is quoted, so that the login name 4711 stays a text. */
export function assignment(key: string, value: unknown): string {
  if (typeof value !== 'string') return `${key}=${JSON.stringify(value) ?? ''}`;
  try {
    JSON.parse(value);
    return `${key}=${JSON.stringify(value)}`;
  } catch {
    return `${key}=${value}`;
  }
}
