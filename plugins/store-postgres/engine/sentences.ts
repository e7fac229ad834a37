// Every way the database can fail, as an error with a sentence that says what to do.
import { type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import { placeOf, type StoreAddress } from './address.js';

/**
 * `away`: the connection is gone, or never came about. `refused`: it never will, before somebody changes a setting. `elsewhere`: changes go to another server now.
 * `again`: rolled back for the sake of another transaction; the same may be tried at once. `statement`: this statement or its values are wrong; others are not
 * concerned. `other`: whatever is tried now will fail.
 */
export type DatabaseTrouble = 'away' | 'refused' | 'elsewhere' | 'again' | 'statement' | 'other';

export class DatabaseError extends PostroomError {
  constructor(
    readonly trouble: DatabaseTrouble,
    /** PostgreSQL's five characters; '' where it said nothing. */
    readonly state: string,
    code: ErrorCode,
    message: string,
    fields: Readonly<Record<string, unknown>>,
    options: ErrorOptions,
  ) {
    super(code, message, fields, options);
  }
}

type Judgement = readonly [
  trouble: DatabaseTrouble,
  code: ErrorCode,
  sentence: (where: string, address: StoreAddress, said: string) => string,
];

/** By SQLSTATE, whole or its first two characters (PostgreSQL's manual, appendix A). */
const BY_STATE: Readonly<Record<string, Judgement>> = {
  '08': ['away', 'store/unreachable', (where, _, said) => `The connection to ${where} was lost: ${said}.`],
  '28': [
    'refused',
    'store/unreachable',
    (where, { user }, said) => `${where} refuses the user ${user}: ${said}. See to the password and to pg_hba.conf of PostgreSQL.`,
  ],
  '3D000': [
    'refused',
    'store/unreachable',
    (where, { database, user }) =>
      `${where} has no database "${database}". Make it: CREATE DATABASE ${database} OWNER ${user} ENCODING 'UTF8'`,
  ],
  '42501': [
    'other',
    'store/unfit',
    (where, { database, user }, said) =>
      `The user ${user} may not do what Postroom does in the database ${database} of ${where} (${said}). Make it the owner: ALTER DATABASE ${database} OWNER TO ${user}`,
  ],
  // Of a server that was the primary when the connection was opened.
  '25006': [
    'elsewhere',
    'store/unreachable',
    (where) =>
      `${where} takes no changes: it is a standby, or is set to read only. Name the primary, or switch default_transaction_read_only off.`,
  ],
  '53300': [
    'other',
    'store/unreachable',
    (where) => `${where} takes no more connections. Raise max_connections of PostgreSQL, or lower storePostgres.connections.`,
  ],
  '53100': ['other', 'store/full', (where) => `The disk of ${where} is full: nothing can be stored. Make room there.`],
  '53': ['other', 'store/failed', (where, _, said) => `${where} lacks what it needs: ${said}.`],
  '57P01': ['away', 'store/unreachable', (where) => `${where} was stopped.`],
  '57P02': ['away', 'store/unreachable', (where) => `${where} starts again after a failure.`],
  '57P03': ['away', 'store/unreachable', (where) => `${where} is starting up, or stopping.`],
  '57P': ['away', 'store/unreachable', (where, _, said) => `${where} ended the connection: ${said}.`],
  '57014': [
    'other',
    'store/failed',
    (where) => `${where} took too long, and the change was called off. See what keeps it: its disk, or other work on it.`,
  ],
  '55P03': [
    'other',
    'store/failed',
    (where) => `Something else keeps a lock in ${where}, and the change was called off. Look at pg_stat_activity.`,
  ],
  '40': ['again', 'store/failed', (where, _, said) => `${where} gave the change up for the sake of another one: ${said}. Try again.`],
  XX001: [
    'other',
    'data/corrupt',
    (where, _, said) => `The database in ${where} is damaged: ${said}. Restore a backup; do not delete what is there.`,
  ],
  XX002: [
    'other',
    'data/corrupt',
    (where, _, said) => `An index in ${where} is damaged: ${said}. Run REINDEX DATABASE after a look at its disk.`,
  ],
  '58': ['other', 'store/failed', (where, _, said) => `The system under ${where} failed: ${said}. See to its disk.`],
  XX: ['other', 'store/failed', (where, _, said) => `${where} failed: ${said}. Its log says more.`],
};

/** `where`: host and port. */
const BY_CODE: Readonly<Record<string, (where: string) => string>> = {
  ECONNREFUSED: (where) => `No PostgreSQL answers at ${where}: the connection was refused. Start it, or see to the address.`,
  ENOENT: (where) => `There is no PostgreSQL at ${where}. Start it, or see to the address.`,
  ENOTFOUND: (where) => `The name in ${where} is not known. See to the address, or to the DNS.`,
  EAI_AGAIN: (where) => `The name in ${where} cannot be looked up now. See to the DNS.`,
  ETIMEDOUT: (where) => `${where} does not answer. See to the network and the firewalls.`,
};

/** Of anything that came out of a connection. */
export function databaseError(error: unknown, address: StoreAddress): PostroomError {
  if (error instanceof PostroomError) return error;
  const names = address.hosts.map(placeOf).join(', ');
  const where = `the database at ${names}`;
  const code = codeOf(error);
  const said = sentenceOf(error).replace(/\.$/, '');
  const fields = { database: address.database, at: names };
  const options = { cause: error };
  if (/^[0-9A-Z]{5}$/.test(code) && !(code in BY_CODE)) {
    const judged = BY_STATE[code] ?? BY_STATE[code.slice(0, 3)] ?? BY_STATE[code.slice(0, 2)];
    if (judged === undefined) {
      return new DatabaseError(
        'statement',
        code,
        'store/failed',
        capital(`${where} refused a statement: ${said} (${code}).`),
        { ...fields, state: code },
        options,
      );
    }
    const [trouble, errorCode, sentence] = judged;
    // What ends the session ends what it was at.
    const isEnd = isFatal(error) && trouble !== 'refused' ? 'away' : trouble;
    return new DatabaseError(isEnd, code, errorCode, capital(sentence(where, address, said)), { ...fields, state: code }, options);
  }
  const refused = passwordSentence(said, where, address) ?? tlsSentence(code, said, where);
  const sentence = refused ?? BY_CODE[code]?.(names) ?? `The connection to ${where} was lost: ${said}.`;
  const trouble = refused === undefined ? 'away' : 'refused';
  return new DatabaseError(trouble, '', 'store/unreachable', capital(sentence), { ...fields, ...(code !== '' && { code }) }, options);
}

/** Of several hosts, none of which could be used. What may pass at one of them may pass. */
export function noHost(problems: readonly PostroomError[], address: StoreAddress): PostroomError {
  const [first] = problems;
  if (first !== undefined && problems.length === 1) return first;
  const passing = problems.find(mayPass);
  const code = (passing ?? first)?.code ?? 'store/unreachable';
  const sentence = `No host of the database can be used. ${problems.map(({ message }) => message).join(' ')}`;
  const trouble = passing !== undefined ? 'away' : 'refused';
  const fields = { database: address.database, at: address.hosts.map(placeOf).join(', ') };
  return new DatabaseError(trouble, '', code, sentence, fields, { cause: passing ?? first });
}

/** Whether waiting may help: the server starts, is promoted, or comes into reach. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof PostroomError) || error.code !== 'store/unreachable') return false;
  return !(error instanceof DatabaseError) || error.trouble !== 'refused';
}

/** pg says it without a code. */
function passwordSentence(said: string, where: string, { user }: StoreAddress): string | undefined {
  if (!/client password must be/.test(said)) return undefined;
  return `${where} asks for a password of the user ${user}, and none is known. Name a file that holds it (storePostgres.passwordFile), or set PGPASSWORD.`;
}

function tlsSentence(code: string, said: string, where: string): string | undefined {
  if (/does not support SSL/.test(said))
    return `${where} does no TLS. Switch it on there (ssl = on), or say sslmode=disable in the address.`;
  if (!/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return undefined;
  return `The certificate of ${where} is not trusted: ${said}. Name its authority in the address (sslrootcert=FILE).`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC');
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
