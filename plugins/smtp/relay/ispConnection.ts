// nodemailer's connection, which finds a host as everything else on the machine does, and sends a text only where it was asked for one.
import type { NetConnectOpts, Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Node gives an address up before it tries the next one: its 250 ms are too short for a line by satellite, or for one SYN that was lost. */
const NEXT_ADDRESS_MS = 3_000;

type Done = (error: Error | null, info?: unknown) => void;

/** What the library has and does not declare. */
interface Inside {
  _supportedExtensions: string[];
  readonly _socket?: Socket | false;
  _onTimeout(): void;
  readonly _envelope?: { readonly accepted: readonly string[] };
  _actionDATA(reply: string, done: Done): void;
}
const LIBRARY = SMTPConnection.prototype as unknown as Inside;

export class IspConnection extends SMTPConnection {
  /**
   * The library would ask the DNS by itself, past /etc/hosts and what else the system goes by, for `localhost` too, and wait where no DNS
   * answers. Left alone, Node asks the system and tries each address.
   */
  _resolveAndConnect(options: NetConnectOpts, connectNow: (resolved: object) => void): void {
    Object.assign(options, { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS });
    connectNow({});
  }

  /**
   * A standstill of this process, or of the whole machine, is no silence of the server: what came meanwhile is read before it counts as that.
   * An answer that is overheard would be mail that is sent twice.
   */
  _onTimeout(): void {
    const { _socket: socket } = this as unknown as Inside;
    const read = socket ? socket.bytesRead : 0;
    setImmediate(() => {
      if (!socket || socket.bytesRead === read) LIBRARY._onTimeout.call(this);
    });
  }

  /** Whether the commands of an envelope are sent together. */
  get pipelines(): boolean {
    return (this as unknown as Inside)._supportedExtensions.includes('PIPELINING');
  }

  /** Recipients of the transaction under way that the server has accepted so far. */
  get accepted(): readonly string[] {
    return (this as unknown as Inside)._envelope?.accepted ?? [];
  }

  /** One command at a time from here on, whatever the server announced. */
  forgetPipelining(): void {
    const inside = this as unknown as Inside;
    inside._supportedExtensions = inside._supportedExtensions.filter((name) => name !== 'PIPELINING');
  }

  /**
   * Only 354 asks for the text (RFC 5321 section 4.3.2). The library takes 250 as well, which is the answer to an earlier command
   * where the server has answered once too often: then the next one would count for the final dot, and mail that was refused for sent.
   */
  _actionDATA(reply: string, done: Done): void {
    if (!reply.startsWith('2')) return LIBRARY._actionDATA.call(this, reply, done);
    this.close();
    done(Object.assign(new Error(`The server answered DATA with "${reply}", which asks for no text.`), { code: 'EPROTOCOL' }));
  }
}
