// smtp-server, with what it lacks at its ports: limits that keep the office served, an end to every handshake, and a clean shutdown.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Disposable, SERVER_TLS } from '@postroom/sdk';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { SMTPConnectionOptions, TLSError } from 'smtp-server/lib/smtp-connection.js';
import { IDLE_MS } from './patience.js';
import { StrictConnection } from './strictConnection.js';
import { HANDSHAKE_MS, MAX_COMMAND_OCTETS, type SubmissionClient, type Surroundings } from './surroundings.js';

const TOO_MANY = '421 4.7.0 Too many connections. Try again in a moment.\r\n';
const WITHOUT_AUTH = ['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'];

export class StrictServer extends SMTPServer {
  readonly #callers = new WeakMap<Socket, SubmissionClient>();

  constructor(
    options: SMTPServerOptions,
    private readonly surroundings: Surroundings,
  ) {
    super({
      ...options,
      logger: false,
      disableReverseLookup: true,
      // A login is asked for per connection, see the handler of MAIL.
      authOptional: true,
      allowInsecureAuth: true,
      authMethods: ['PLAIN', 'LOGIN'],
      hideENHANCEDSTATUSCODES: false,
      hideDSN: false,
      rejectOversized: true,
      maxCommandLength: MAX_COMMAND_OCTETS,
      ...SERVER_TLS,
      socketTimeout: IDLE_MS,
      disabledCommands: [...WITHOUT_AUTH, ...(options.hideSTARTTLS ? ['STARTTLS'] : [])],
    });
  }

  /**
   * Counts every connection from its first octet, handshakes too: the library's own limit is one for each port and refuses the
   * last client, so that many silent connections would keep the office out.
   */
  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    const { gate, limits, complaints, refusals } = this.surroundings;
    const peer = socket.remoteAddress ?? '';
    const guest = gate.admit(peer, limits, () => {
      complaints.warn('made room', `SMTP connection from ${peer} closed: too many wait without a login.`, { peer });
      caller.top.destroy();
    });
    if (guest === undefined) {
      complaints.warn('refused', `SMTP connection from ${peer} refused: too many are open.`, { peer });
      refusals.refuse(socket, handshake ? '' : TOO_MANY);
      return false;
    }
    const caller: SubmissionClient = { guest, address: peer, top: socket };
    this.#callers.set(socket, caller);
    // STARTTLS takes this listener off; from then on the connection says when it is closed.
    socket.once('close', () => guest.left());
    return super._acceptSocket(socket, handshake);
  }

  override connect(socket: Socket | TLSSocket, socketOptions?: SMTPConnectionOptions | null): void {
    // It had to make room since it was accepted; nothing would tell of its end again.
    if (socket.destroyed) return;
    const caller = this.#callers.get(socket);
    const connection = new StrictConnection(
      this,
      socket,
      { ...this.surroundings, caller },
      {
        ...socketOptions,
        // Of one behind a proxy TLS does not know it.
        ...(caller === undefined ? {} : { remoteAddress: caller.address }),
      },
    );
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.init();
  }

  /**
   * The library's own limit begins again with each octet of a handshake. A socket that a shutdown destroyed since it was accepted must
   * not be wrapped, and a wrap must not be torn down from below: Node crashes either way.
   */
  override _upgrade(socket: Socket, callback: (error: TLSError | null, secure?: TLSSocket) => void): void {
    if (socket.destroyed) {
      callback(new Error('The connection was closed before its TLS handshake.'));
      return;
    }
    let limit: Disposable | undefined;
    const caller = this.#callers.get(socket);
    super._upgrade(socket, (error, secure) => {
      void limit?.dispose();
      if (secure && caller) this.#callers.set(secure, caller);
      callback(error, secure);
    });
    if (caller) caller.top = this._pendingSockets.get(socket) ?? socket;
    limit = this.surroundings.clock.after(HANDSHAKE_MS, () => this._pendingSockets.get(socket)?.destroy());
  }

  /** Takes no connection any more, says 421 to idle clients at once and to the others when their message is done or `graceMs` are over. */
  async shutdown(graceMs: number): Promise<void> {
    this.options.closeTimeout = Math.max(1, graceMs);
    const open = [...this.connections];
    const closed = new Promise<void>((resolve) => this.close(resolve));
    this.dismissIdle();
    await closed;
    for (const connection of open) {
      connection._socket.destroySoon();
    }
  }

  /** Says goodbye to clients that wait for nothing, once a shutdown has begun. */
  dismissIdle(): void {
    if (this._closeTimeout === false) {
      return;
    }
    for (const connection of this.connections) {
      if (!connection._dataStream && !connection._handlerPending && !connection._upgrading) {
        connection.send(421, '4.3.2 Server shutting down');
        connection._socket.destroySoon();
      }
    }
  }
}
