// What the front of submission, which speaks SMTP, asks of the desk, which decides. There is one desk for all ports of the server; the front is where the
// connections are: on the main thread, or in a door, where the desk is asked over a line.
import type { MailboxRef, MaybePromise } from '@postroom/sdk';
import type { Submission } from '@postroom/sdk/services';

export interface SubmissionDesk {
  /**
   * A connection is at a port. Answers `undefined` where there is no room for it: then it is refused. `close` ends it when it has to make room for another
   * one. On the main thread the answer is there at once, so that nothing stands between a connection and its greeting.
   */
  admit(address: string, close: () => void): MaybePromise<AdmittedClient | undefined>;
}

/** Who sends: `user` has logged in; without one it is a device. */
export interface Sender {
  readonly from: string;
  readonly user: MailboxRef | undefined;
}

/** What a client has said before its message, and what is known of it. */
export interface SubmittedEnvelope extends Sender, Omit<Submission, 'author' | 'from'> {}

/** A name and a password as AUTH has them (RFC 4616). */
export interface PasswordLogin {
  readonly name: string;
  readonly password: string;
  /** It asks to act for somebody else than the name. */
  readonly forSomebodyElse: boolean;
}

/** A connection that was let in. Where something is refused, its methods throw a Refusal. */
export interface AdmittedClient {
  /** Its session begins: behind the handshake at a port where TLS comes first. `peer`: its address, in the one form that IPv4 and IPv6 have here. */
  begin(peer: string): void;
  /** It has shown that it means work, and makes no room any more. May come more than once. */
  known(): void;
  /** Answers who logged in. */
  login(login: PasswordLogin): Promise<MailboxRef>;
  /** MAIL. `secure`: over TLS. */
  mail(sender: Sender, secure: boolean): MaybePromise<void>;
  /** RCPT. */
  recipient(address: string): MaybePromise<void>;
  /** Takes a message in, and answers the text of the 250 after its commit. What is wrong with it, `source` throws. */
  take(source: AsyncIterable<Uint8Array>, envelope: SubmittedEnvelope): Promise<string>;
  /** Something that the administrator should know about it, in the log. `kind`: a word of the code. */
  complain(kind: string, sentence: string): void;
  /** It is closed. `user`: who was logged in. May come more than once. */
  leave(user: MailboxRef | undefined): void;
}
