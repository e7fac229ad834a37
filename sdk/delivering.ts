// onDeliver: handing one message to one set of destinations.
import type { AccountView, MailboxRef } from './accounts.js';
import type { MailView } from './mail.js';

/** One message on its way to local mailboxes or to the outside. */
export interface DeliveryRequest {
  readonly mail: MailView;
  readonly to: LocalDestinations | RelayDestinations;
  /**
   * What became of the try, for taps of stage `outcome` only. `delivered` and `unsure`: the message is out, or may be. After a crash a try may be made,
   * and told, again. The store may have let go of the message: of what was sent, `to.content()` has the first 256 KB in any case.
   */
  readonly receipt?: DeliveryReceipt;
}

/** Local mailboxes. Called before the commit that makes the copies visible. */
export interface LocalDestinations {
  readonly kind: 'mailboxes';
  readonly mailboxes: readonly MailboxRef[];
}

/** Recipients outside, through the account's ISP. Called from the Outbox, outside any commit; may take minutes. */
export interface RelayDestinations {
  readonly kind: 'relay';
  readonly account: AccountView;
  readonly recipients: readonly RelayRecipient[];
  /** Reverse-path to use; '' is the null sender. */
  readonly from: string;
  /** Octets that will be sent: the message with Postroom's header changes applied. */
  readonly size: number;
  /** The octets to send, CRLF line ends, no dot-stuffing. Can be read again for another try. */
  content(): AsyncIterable<Uint8Array>;
  /**
   * Call it, and wait for it, before you send what may complete the message on the other side: in SMTP the dot that ends the data (RFC 5321
   * section 4.1.1.4), elsewhere the request itself. From there to your receipt these recipients are in doubt: should the server end meanwhile, it
   * knows that they may have the message, and all others are simply tried again. Default: all recipients. It costs a commit; where it rejects, the
   * message must not be completed. Only a tap whose manifest says `announcesEndOfData` is expected to call it; any other counts as in doubt from
   * before its handler is called to its answer. `undefined` in hosts before this was added.
   */
  beforeEndOfData?(recipients?: readonly string[]): Promise<void>;
  /**
   * For a relay that sends the message in several transactions: the receipts of one that is over, written down at once. They need not be in the
   * handler's answer again. `undefined` in hosts before this was added.
   */
  answered?(receipts: DeliveryReceipt): Promise<void>;
  /** DSN parameters of the MAIL command (RFC 3461), as the author gave them. */
  readonly dsn?: { readonly ret?: 'FULL' | 'HDRS'; readonly envid?: string };
}

/** One recipient, with what the author asked for. */
export interface RelayRecipient {
  readonly address: string;
  /** DSN parameters of the RCPT command (RFC 3461). */
  readonly dsn?: { readonly notify?: readonly string[]; readonly orcpt?: string };
}

/** What became of each destination; every one must be listed. */
export type DeliveryReceipt = readonly DestinationReceipt[];

/** What became of one destination. */
export interface DestinationReceipt {
  /** The recipient's address, or the mailbox's name. */
  readonly recipient: string;
  /** `deferred` is tried again; `failed` is final and bounces. */
  readonly outcome: 'delivered' | 'deferred' | 'failed';
  /** Enhanced status code (RFC 3463), for example `2.0.0`, `4.4.1`, `5.1.1`. */
  readonly status: string;
  /** The remote's answer or the reason, in one line. */
  readonly text: string;
  /** Host that answered, for the bounce. */
  readonly remote?: string;
  /**
   * With `deferred`: the other side may have taken the message though it did not say so. It is tried again after a longer wait each time, as it may
   * come twice, and after the third time it is on hold until somebody decides.
   */
  readonly unsure?: boolean;
  readonly retryAfter?: Date;
  /** True where the fault is the set-up's (login refused, no TLS): alarms the administrator and never bounces. */
  readonly configuration?: boolean;
}
