// Where the database is, and how to come in: an address as `postgres://user@host:port/database?sslmode=verify-full`, with PostgreSQL's own environment
// (PGHOST, PGUSER, PGPASSWORD ...) for what it leaves out.
import { PostroomError } from '@postroom/sdk';

/** As PostgreSQL's own programs call them, without those that may go on unencrypted. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';
const TLS_MODES: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full'] satisfies readonly TlsMode[];

export interface HostAddress {
  /** A path that begins with `/` is the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

export interface StoreAddress {
  /** Tried in this order: the one that is not a standby is the store. */
  readonly hosts: readonly HostAddress[];
  readonly database: string;
  readonly user: string;
  /** Of the address itself; where it has none, of the file, of PGPASSWORD, or of the file that PGPASSFILE names. */
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
  readonly tls: TlsMode;
  /** Path of the certificates (PEM) that are trusted; the system's where it is missing. */
  readonly rootCertificate: string | undefined;
}

export interface AddressParts {
  readonly url?: string | undefined;
  /** Path of a file with the password alone. */
  readonly passwordFile?: string | undefined;
}

const PARAMETERS = ['sslmode', 'sslrootcert'];

/** Throws `settings/invalid` for what is no address. */
export function readAddress({ url = 'postgres:', passwordFile }: AddressParts, environment = process.env): StoreAddress {
  const match = /^postgres(?:ql)?:(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?(?:\/([^?#]*))?(?:\?(.*))?$/.exec(url);
  if (match === null) throw wrong(`"${withoutPassword(url)}" is no address of a database`);
  const [, login = '', places = '', path = '', query = ''] = match;
  const [name = '', ...secret] = login.split(':');
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined)
    throw wrong(`The address of the database has "${unknown}", which means nothing here (${PARAMETERS.join(', ')} do)`);

  const user = decoded(name) || environment['PGUSER'] || environment['USER'] || 'postroom';
  const hosts = (places || environment['PGHOST'] || 'localhost').split(',').map((place) => hostOf(place, environment['PGPORT']));
  const tls = parameters.get('sslmode') ?? environment['PGSSLMODE'] ?? (hosts.every(isOnThisMachine) ? 'disable' : 'verify-full');
  if (!TLS_MODES.includes(tls)) throw wrong(`sslmode is "${tls}": use one of ${TLS_MODES.join(', ')}`);
  return {
    hosts,
    database: decoded(path) || environment['PGDATABASE'] || user,
    user,
    password: secret.length > 0 ? decoded(secret.join(':')) : undefined,
    passwordFile,
    tls: tls as TlsMode,
    rootCertificate: parameters.get('sslrootcert') ?? environment['PGSSLROOTCERT'],
  };
}

/** For sentences: `db.office.example:5432`. */
export function placeOf({ host, port }: HostAddress): string {
  return host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function hostOf(place: string, usualPort = '5432'): HostAddress {
  const [, bracketed, plain = '', port = usualPort] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(decoded(place)) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  if (host === '' || !Number.isInteger(number) || number < 1 || number > 65_535) throw wrong(`"${place}" is no host of a database`);
  return { host, port: number };
}

function isOnThisMachine({ host }: HostAddress): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not the text: it may be the password.
    throw wrong('The address of the database has a "%" that is no escape (write "%25")');
  }
}

/** Also of a text that is no address. */
export function withoutPassword(text: string): string {
  return text.replace(/^([^:]*:\/\/[^:@/?#]*):[^@/?#]*@/, '$1@').replace(/:[^:@/]*@/, ':...@');
}

function wrong(what: string): PostroomError {
  return new PostroomError(
    'settings/invalid',
    `${what}. An address is like postgres://postroom@db.office.example:5432/postroom?sslmode=verify-full`,
  );
}
