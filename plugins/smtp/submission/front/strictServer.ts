// smtp-server, with what it lacks at its ports: limits that keep the office served, an end to every handshake, and a clean shutdown.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Disposable, type MailboxRef, SERVER_TLS } from '@postroom/sdk';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { SMTPConnectionOptions, TLSError } from 'smtp-server/lib/smtp-connection.js';
import type { AdmittedClient } from '../submissionDesk.js';
import { handlersOf } from './handlers.js';
import { IDLE_MS } from './patience.js';
import { StrictConnection } from './strictConnection.js';
import { HANDSHAKE_MS, MAX_COMMAND_OCTETS, type SubmissionClient, type Surroundings } from './surroundings.js';

const TOO_MANY = '421 4.7.0 Too many connections. Try again in a moment.\r\n';
const WITHOUT_AUTH = ['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'];

export class StrictServer extends SMTPServer {
  readonly #clients = new WeakMap<Socket, SubmissionClient>();
  readonly #ofSession = new WeakMap<SMTPServerSession, SubmissionClient>();
  /** Connections that the desk has not answered for yet. */
  readonly #arriving = new Set<Socket>();
  readonly #inside = new Set<SubmissionClient>();
  readonly #whenEmpty: (() => void)[] = [];

  constructor(
    options: SMTPServerOptions,
    private readonly surroundings: Surroundings,
  ) {
    super({
      ...options,
      logger: false,
      disableReverseLookup: true,
      // A login is asked for per connection, see the desk's answer to MAIL.
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
      ...handlersOf({
        clientOf: (session) => this.#clientOf(session),
        size: Number(options.size),
        afterMessage: () => this.dismissIdle(),
      }),
    });
    this.#standAtDoor();
  }

  /**
   * Counts every connection from its first octet, handshakes too: the library's own limit is one for each port and refuses the
   * last client, so that many silent connections would keep the office out.
   */
  #standAtDoor(): void {
    const taking = this.server.listeners('connection') as ((socket: Socket) => void)[];
    this.server.removeAllListeners('connection');
    const take = (socket: Socket, address: string, client: AdmittedClient | undefined): void => {
      if (this.#letIn(socket, address, client)) for (const each of taking) each.call(this.server, socket);
    };
    this.server.on('connection', (socket: Socket) => {
      const address = socket.remoteAddress ?? '';
      const answer = this.surroundings.desk.admit(address, () => (this.#clients.get(socket)?.top ?? socket).destroy());
      if (answer instanceof Promise) this.#await(socket, answer, (client) => take(socket, address, client));
      else take(socket, address, answer);
    });
  }

  #await(socket: Socket, answer: Promise<AdmittedClient | undefined>, take: (client: AdmittedClient | undefined) => void): void {
    this.#arriving.add(socket);
    // It stays: a reset may come between our waiting and the library's reading.
    socket.on('error', () => undefined);
    answer.then(
      (client) => {
        this.#arriving.delete(socket);
        if (socket.destroyed) client?.leave(undefined);
        else take(client);
      },
      () => {
        this.#arriving.delete(socket);
        socket.destroy();
      },
    );
  }

  #letIn(socket: Socket, address: string, atDesk: AdmittedClient | undefined): boolean {
    if (atDesk === undefined) {
      this.surroundings.refusals.refuse(socket, this.options.secure ? '' : TOO_MANY);
      return false;
    }
    const left = (user: MailboxRef | undefined): void => {
      atDesk.leave(user);
      if (this.#inside.delete(client) && this.#inside.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    };
    const client: SubmissionClient = { atDesk, address, top: socket, hasSession: false, left };
    this.#clients.set(socket, client);
    this.#inside.add(client);
    // STARTTLS takes this listener off; from then on the connection says when it is closed.
    socket.once('close', () => {
      if (!client.hasSession) left(undefined);
    });
    return true;
  }

  override connect(socket: Socket | TLSSocket, socketOptions?: SMTPConnectionOptions | null): void {
    const client = this.#clients.get(socket);
    // It had to make room since it was accepted; nothing would tell of its end again.
    if (socket.destroyed || client === undefined) return;
    // Of one behind a proxy TLS does not know the address.
    const connection = new StrictConnection(this, socket, this.surroundings, client, { ...socketOptions, remoteAddress: client.address });
    client.hasSession = true;
    this.#ofSession.set(connection.session, client);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.init();
  }

  #clientOf(session: SMTPServerSession): AdmittedClient {
    const client = this.#ofSession.get(session);
    if (client === undefined) throw new Error('A session has no client.');
    return client.atDesk;
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
    const client = this.#clients.get(socket);
    super._upgrade(socket, (error, secure) => {
      void limit?.dispose();
      if (secure && client) this.#clients.set(secure, client);
      callback(error, secure);
    });
    if (client) client.top = this._pendingSockets.get(socket) ?? socket;
    limit = this.surroundings.clock.after(HANDSHAKE_MS, () => this._pendingSockets.get(socket)?.destroy());
  }

  /**
   * Takes no connection any more, says 421 to idle clients at once and to the others when their message is done or `graceMs` are over. May be called again
   * meanwhile.
   */
  async shutdown(graceMs: number): Promise<void> {
    const open = [...this.connections];
    const emptied = this.#emptied(graceMs);
    // The library's own end of the grace is for connections that its port has taken; those that come from elsewhere it does not wait for.
    this.options.closeTimeout = Math.max(1, graceMs);
    this.close();
    for (const socket of this.#arriving) socket.destroy();
    this.dismissIdle();
    await emptied;
    for (const connection of [...this.connections]) {
      connection.send(421, 'Server shutting down');
      connection.close();
    }
    for (const connection of open) {
      connection._socket.destroySoon();
    }
  }

  /** Resolves when no client is left, at the latest after `graceMs`. */
  #emptied(graceMs: number): Promise<void> {
    if (this.#inside.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(resolve, Math.max(1, graceMs));
      this.#whenEmpty.push(() => {
        clearTimeout(late);
        resolve();
      });
    });
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
