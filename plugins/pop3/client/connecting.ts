// The way to an ISP's server: found, connected, encrypted, and its certificate checked. No password is sent before it stands.
import { connect, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { IspAccount } from './ispAccount.js';

/** Node gives an address up before it tries the next one: its 250 ms are too short for a line by satellite, or for one SYN that was lost. */
const NEXT_ADDRESS_MS = 3_000;

/** Connects, IPv6 or IPv4, whichever answers. */
export async function connected(account: IspAccount, clock: Clock, signal: AbortSignal): Promise<Socket> {
  const { host, port, connectMs } = account;
  const autoSelectFamilyAttemptTimeout = Math.min(NEXT_ADDRESS_MS, connectMs / 2);
  const socket = connect({ host, port, noDelay: true, autoSelectFamily: true, autoSelectFamilyAttemptTimeout });
  return new Promise((resolve, reject) => {
    const fail = (code: 'isp/unreachable' | 'isp/timeout', reason: string, cause?: Error): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(
        new PostroomError(
          code,
          `${host} port ${port} could not be reached: ${reason}. Check the line and pop3.host; the next round tries again.`,
          { account: account.id },
          { cause },
        ),
      );
    };
    const timer = clock.after(connectMs, () => fail('isp/timeout', 'no answer in time'));
    const onAbort = (): void => fail('isp/timeout', 'the time for the account is up');
    const onError = (error: Error & { errors?: readonly Error[] }): void =>
      fail('isp/unreachable', error.message === '' ? (error.errors?.[0]?.message ?? error.name) : error.message, error);
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const settle = (): void => {
      void timer.dispose();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('connect', onConnect);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', onError).on('connect', onConnect);
  });
}

/** Node would fall back to the certificate's common name, which RFC 9525 has done away with. */
function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) return new Error(`the certificate names no host, so not ${host} either`);
  return checkServerIdentity(host, certificate);
}

/** TLS on a socket, with a server whose certificate is the one that the account expects. */
export async function secured(socket: Socket, account: IspAccount, clock: Clock): Promise<TLSSocket> {
  const { host, pin, connectMs } = account;
  // The certificate is judged below, before anything is sent: so that a refusal can name its fingerprint.
  const secure = connectTls({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    checkServerIdentity: (name, certificate) => checkName(name, certificate),
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string, cause?: Error): void => {
      void timer.dispose();
      secure.destroy();
      reject(
        new PostroomError(
          'isp/tls',
          `TLS with ${host} failed: ${reason}. No password was sent. Check pop3.security and pop3.port.`,
          { account: account.id },
          { cause },
        ),
      );
    };
    const timer = clock.after(connectMs, () => fail('no answer in time'));
    secure.on('error', (error: Error & { readonly reason?: string }) => fail(error.reason ?? error.message, error));
    secure.once('close', () => fail('the server closed the connection'));
    secure.once('secureConnect', () => {
      void timer.dispose();
      resolve();
    });
  });
  secure.removeAllListeners('close');
  secure.removeAllListeners('error');
  secure.on('error', () => {});
  judge(secure, host, pin);
  return secure;
}

function judge(secure: TLSSocket, host: string, pin: string | undefined): void {
  const fingerprint = secure.getPeerCertificate().fingerprint256 ?? '';
  if (pin !== undefined) {
    if (fingerprint.replaceAll(':', '').toLowerCase() === pin) return;
    secure.destroy();
    throw new PostroomError(
      'isp/tls',
      `${host} shows another certificate than pop3.tls.pin names: its SHA-256 is ${fingerprint}. No password was sent. If the ISP confirms the change, set pop3.tls.pin to it.`,
    );
  }
  if (secure.authorized) return;
  secure.destroy();
  throw new PostroomError(
    'isp/tls',
    `The certificate of ${host} is not trusted (${String(secure.authorizationError)}); its SHA-256 is ${fingerprint}. No password was sent. If the ISP confirms it, set pop3.tls.pin to it.`,
  );
}
