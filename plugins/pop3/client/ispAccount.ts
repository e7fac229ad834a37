// What the settings say about one account's POP3 server.
import { type AccountView, PostroomError, type Secrets, type Settings } from '@postroom/sdk';

export type IspSecurity = 'tls' | 'starttls' | 'plain';
/** How to log in; `auto`: whichever way works. */
export type IspAuth = 'auto' | 'plain' | 'login' | 'user' | 'cram-md5' | 'apop';

export interface IspAccount {
  /** The account's id, for sentences. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly security: IspSecurity;
  readonly auth: IspAuth;
  readonly user: string;
  readonly password: string;
  /** SHA-256 of the one certificate to trust, 64 lower-case hex digits; `undefined`: the usual check of name and chain. */
  readonly pin: string | undefined;
  /** 0: delete at once. -1: never. */
  readonly leaveOnServerDays: number;
  readonly maxMessageBytes: number;
  readonly connectMs: number;
  readonly replyMs: number;
}

/** Reads the account's settings and its password. Throws `settings/invalid` or `isp/no-password` with what is missing. */
export async function ispAccount(account: AccountView, settings: Settings, secrets: Secrets): Promise<IspAccount> {
  const get = <T>(key: string): T => settings.forAccount<T>(account.id, key);
  const host = get<string | undefined>('pop3.host');
  if (host === undefined || host === '') {
    throw new PostroomError('settings/invalid', `Account ${account.id} has no POP3 server. Set pop3.host to the name that the ISP gave.`, {
      account: account.id,
    });
  }
  const password = await secrets.get('pop3.password', account.id);
  if (password === undefined || password === '') {
    const remedy = `Set the one of the ISP in the manager or with "postroom accounts set-password ${account.id}".`;
    throw new PostroomError('isp/no-password', `No password is set for account ${account.id}. ${remedy}`, { account: account.id });
  }
  const security = get<IspSecurity>('pop3.security');
  const port = get<number | undefined>('pop3.port') ?? 0;
  const user = get<string | undefined>('pop3.user') ?? '';
  const pin = (get<string | undefined>('pop3.tls.pin') ?? '').replaceAll(':', '').toLowerCase();
  return {
    id: account.id,
    host,
    port: port === 0 ? (security === 'tls' ? 995 : 110) : port,
    security,
    auth: get<IspAuth | undefined>('pop3.auth') ?? 'auto',
    user: user === '' ? account.address.slice(0, account.address.lastIndexOf('@')) : user,
    password,
    pin: pin === '' ? undefined : pin,
    leaveOnServerDays: get<number>('pop3.leaveOnServerDays'),
    maxMessageBytes: get<number>('pop3.maxMessageBytes'),
    connectMs: get<number>('pop3.timeouts.connectSeconds') * 1000,
    replyMs: get<number>('pop3.timeouts.replySeconds') * 1000,
  };
}
