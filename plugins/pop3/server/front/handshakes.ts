// TLS for the connections of a front, from the first octet or after STLS: one tls.Server for all of them, which never listens itself.
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { type Logger, SERVER_TLS } from '@postroom/sdk';
import { connectionName } from '@postroom/sdk/network';

const HANDSHAKE_MS = 30_000;

/** PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export class Handshakes {
  readonly #server: TlsServer;
  /** Under way, by the four numbers that name a TCP connection. */
  readonly #waiting = new Map<string, (secure: Socket | undefined) => void>();

  /** No client certificate is asked for. */
  constructor(pem: KeyAndCertificate, log: Pick<Logger, 'debug'>) {
    this.#server = createServer({ ...contextOf(pem), handshakeTimeout: HANDSHAKE_MS, allowHalfOpen: true });
    this.#server.on('secureConnection', (secure: TLSSocket) => {
      const waiting = this.#waiting.get(connectionName(secure));
      if (waiting === undefined) secure.destroy();
      else waiting(secure);
    });
    this.#server.on('tlsClientError', (error, secure) => {
      log.debug(`TLS handshake of a POP3 client failed: ${error.message}`);
      secure.destroy();
    });
  }

  /** New connections see this one. */
  renew(pem: KeyAndCertificate): void {
    this.#server.setSecureContext(contextOf(pem));
  }

  /** Answers the secure socket, or `undefined` after a failed handshake (the plain one is closed then). */
  secure(plain: Socket): Promise<Socket | undefined> {
    if (plain.destroyed) return Promise.resolve(undefined);
    const name = connectionName(plain);
    return new Promise((resolve) => {
      const done = (secure: Socket | undefined): void => {
        if (this.#waiting.get(name) === done) this.#waiting.delete(name);
        resolve(secure);
      };
      this.#waiting.set(name, done);
      plain.once('close', () => done(undefined));
      this.#server.emit('connection', plain);
    });
  }
}

function contextOf({ key, cert }: KeyAndCertificate): SecureContextOptions {
  return { ...SERVER_TLS, key, cert };
}
