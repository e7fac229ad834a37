// nodemailer's connection, which finds a host as everything else on the machine does, and sends a text only where it was asked for one.
import type { NetConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { oneLine, type RelayFailure } from './replies.js';
import { contradicts, isSuccess } from './replyLines.js';

/** Node gives an address up before it tries the next one: its 250 ms are too short for a line by satellite, or for one SYN that was lost. */
const NEXT_ADDRESS_MS = 3_000;

type Done = (error: Error | null, info?: unknown) => void;

/** RCPT that was refused. */
export interface RefusedRecipient extends RelayFailure {
  readonly recipient: string;
}

/** What the library has and does not declare. */
interface Inside {
  _supportedExtensions: string[];
  readonly _socket?: Socket | false;
  _onTimeout(): void;
  readonly _envelope?: { readonly accepted?: readonly string[]; readonly rejectedErrors?: readonly RefusedRecipient[] };
  /** Recipients whose RCPT is not answered yet. */
  readonly _recipientQueue: readonly string[];
  /** Replies that have come and were not looked at yet; the beginning of the next one. */
  readonly _responseQueue: readonly string[];
  readonly _remainder: string;
  /** The text on its way. */
  readonly _currentDataStream: Duplex | false;
  _actionMAIL(reply: string, done: Done): void;
  _actionRCPT(reply: string, done: Done): void;
  _actionDATA(reply: string, done: Done): void;
  _actionSMTPStream(reply: string, done: Done): void;
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

  /** Recipients of the transaction under way that it has refused. */
  get refused(): readonly RefusedRecipient[] {
    return (this as unknown as Inside)._envelope?.rejectedErrors ?? [];
  }

  /** One command at a time from here on, whatever the server announced. */
  forgetPipelining(): void {
    const inside = this as unknown as Inside;
    inside._supportedExtensions = inside._supportedExtensions.filter((name) => name !== 'PIPELINING');
  }

  /** Where it is unknown whether the sender was taken, the rest of the answers says nothing. */
  _actionMAIL(reply: string, done: Done): void {
    if (contradicts(reply)) return this.#isOutOfStep(`The server answered MAIL with "${oneLine(reply)}".`, done);
    LIBRARY._actionMAIL.call(this, reply, done);
  }

  /** A recipient in doubt must not get the text: where it is sent to him again, he would have it twice. */
  _actionRCPT(reply: string, done: Done): void {
    const [recipient] = (this as unknown as Inside)._recipientQueue;
    if (contradicts(reply)) return this.#isOutOfStep(`The server answered the recipient with "${oneLine(reply)}".`, done, recipient);
    LIBRARY._actionRCPT.call(this, reply, done);
  }

  /**
   * Only 354 asks for the text (RFC 5321 section 4.3.2). The library takes 250 as well, which is the answer to an earlier command
   * where the server has answered once too often: then the next one would count for the final dot, and mail that was refused for sent.
   */
  _actionDATA(reply: string, done: Done): void {
    const { _responseQueue: queue, _remainder: rest } = this as unknown as Inside;
    if (reply.startsWith('2')) return this.#isOutOfStep(`The server answered DATA with "${oneLine(reply)}", which asks for no text.`, done);
    if (contradicts(reply)) return this.#isOutOfStep(`The server answered DATA with "${oneLine(reply)}".`, done);
    if (reply.startsWith('3') && (queue.length > 0 || rest !== '')) {
      return this.#isOutOfStep('The server answered the text before it was sent.', done);
    }
    LIBRARY._actionDATA.call(this, reply, done);
  }

  /** An answer that comes before the final dot is not the answer to it, and what is none in SMTP, or says two things, says nothing. */
  _actionSMTPStream(reply: string, done: Done): void {
    const text = (this as unknown as Inside)._currentDataStream;
    const isOut = text === false || (text.writableFinished && text.readableLength === 0);
    if (contradicts(reply) || (reply.startsWith('2') && !(isOut && isSuccess(reply)))) {
      return this.#isOutOfStep(`The server answered the text with "${oneLine(reply)}"${isOut ? '' : ' before it was sent'}.`, done);
    }
    LIBRARY._actionSMTPStream.call(this, reply, done);
  }

  /** It is unknown from here on which answer belongs to which command. */
  #isOutOfStep(sentence: string, done: Done, recipient?: string): void {
    this.close();
    done(Object.assign(new Error(sentence), { code: 'EPROTOCOL', ...(recipient !== undefined && { recipient }) }));
  }
}
