// How an account's ISP takes mail: the account's settings and its password, read again for each try.
import { hostname } from 'node:os';
import type { AccountView, PortSecurity, Secrets, Settings } from '@postroom/sdk';
import type { CollectorLogin } from './collectorLogin.js';
import { MECHANISMS, type SmtpAuth } from './login/waysToLogIn.js';

export interface IspServer {
  /** What we call ourselves in EHLO. */
  readonly clientName: string;
  readonly host: string;
  readonly port: number;
  readonly security: PortSecurity;
  readonly auth: SmtpAuth;
  /** `undefined`: the ISP wants none. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** SHA-256 of the certificate, 64 lower-case hex digits: that one is trusted, no other. */
  readonly pin: string | undefined;
  /** How long the ISP may be silent. */
  readonly patienceMs: number;
}

const DEFAULT_PORTS = { tls: 465, starttls: 587, plain: 25 } as const;

/** Something that the administrator must mend in the settings before mail can go out. */
export class SetupProblem extends Error {
  readonly code = 'ECONFIG';

  /** `status`: an enhanced status code (RFC 3463, RFC 5248) that says more than that the set-up is wrong. */
  constructor(
    message: string,
    readonly status?: string,
  ) {
    super(message);
  }
}

/** Where an account's settings and passwords are. */
export interface IspSettings {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly collectorLogin: CollectorLogin;
}

/** Throws a SetupProblem with a sentence for the administrator. */
export async function ispServerOf(account: AccountView, services: IspSettings): Promise<IspServer> {
  const { settings } = services;
  const get = <T>(key: string): T => settings.forAccount<T>(account.id, key);
  const host = get<string>('smtp.host');
  if (host === '') {
    throw new SetupProblem(`Account ${account.id} has no outgoing server. Set "smtp.host" to the name that the ISP gives.`);
  }
  const security = get<PortSecurity>('smtp.security');
  const auth = get<string>('smtp.auth');
  const pin = get<string>('smtp.tls.pin').replaceAll(':', '').toLowerCase();
  return {
    clientName: settings.get<string>('server.name') || hostname(),
    host,
    port: get<number>('smtp.port') || DEFAULT_PORTS[security],
    security,
    auth: MECHANISMS.find((mechanism) => mechanism.toLowerCase() === auth) ?? 'auto',
    login: auth === 'none' ? undefined : await loginOf(account, services),
    pin: pin === '' ? undefined : pin,
    patienceMs: get<number>('smtp.timeouts.replySeconds') * 1_000,
  };
}

async function loginOf(
  account: AccountView,
  { settings, secrets, collectorLogin }: IspSettings,
): Promise<{ user: string; password: string }> {
  const password = await secrets.get('smtp.password', account.id);
  if (password === undefined || password === '') {
    throw new SetupProblem(
      `Account ${account.id} has no password for the outgoing server. Set "smtp.password", or "smtp.auth" to "none" where the ISP wants no login.`,
    );
  }
  const user = settings.forAccount<string>(account.id, 'smtp.user') || collectorLogin(account) || localPartOf(account.address);
  return { user, password };
}

function localPartOf(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}
