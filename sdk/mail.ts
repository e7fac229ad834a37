// What a tap sees of a message: its envelope and header at once, its body in pieces and on request.
import type { MailboxRef } from './accounts.js';

/** Postroom's own number of a message: decimal digits, never re-used on one server. */
export type MessageId = string;

/** A mailbox address as a header names it (RFC 5322 section 3.4). Comparisons are the reader's: `local` keeps its case. */
export interface Address {
  /** Display name, or the trailing comment where there is no phrase; decoded (RFC 2047), white space folded. May be ''. */
  readonly name: string;
  /** Local part without quotes, as it was written, for example `Andrew+tag`. */
  readonly local: string;
  /** Domain in lower case, as A-labels (`xn--bcher-kva.example`); '' where the text has none. */
  readonly domain: string;
  /** The text that was read, for people and logs. */
  readonly raw: string;
  /**
   * True where the text is an address with something around it that does not belong there: quotes, `SMTP:`, invisible characters, no comma before
   * the next one. Mail programs may not read it. Good enough for sorting what came; no author is known by it.
   */
  readonly mended?: true;
  /**
   * Where the text is no address (`domain` ''): those that its encoded-words, quotes or comments spell. No more than a guess: sort by it what nothing
   * else tells, and send nothing there.
   */
  readonly guesses?: readonly Address[];
}

/** One header field. Bytes are kept as they came. */
export interface HeaderField {
  /** Field name as written, without the colon. */
  readonly name: string;
  /** Unfolded value; encoded-words decoded; raw 8-bit text read as UTF-8, else Windows-1252. For people and comparisons. */
  readonly value: string;
  /** The whole field with its line ends, byte for byte. */
  readonly raw: Uint8Array;
  /** Position in the header, 0 = topmost. */
  readonly index: number;
}

/** How a message came in. */
export type MailOrigin = 'fetched' | 'submitted' | 'bounce' | 'resorted';

/** The SMTP envelope of a submitted message; empty for fetched mail, whose envelope the ISP has used up. */
export interface Envelope {
  /** Reverse-path; '' is the null sender of bounces, `undefined` where there is no envelope. */
  readonly from: string | undefined;
  /** Forward-paths in the order of the RCPT commands. */
  readonly recipients: readonly string[];
}

/** A message on its way through the hooks. */
export interface MailView {
  readonly id: MessageId;
  /** Octets in CRLF form, as POP3 counts them, without the lines that Postroom adds. */
  readonly size: number;
  readonly origin: MailOrigin;
  readonly envelope: Envelope;
  /** The user who submitted it; `undefined` for mail from outside. */
  readonly author: MailboxRef | undefined;
  /** When it was taken in. */
  readonly receivedAt: Date;
  /** True where nothing comes of it (`explain`, what-if): a tap decides as ever, but learns and keeps nothing from the message. */
  readonly rehearsal: boolean;
  /** The header is longer than the 256 KB that are read: fields may be missing. */
  readonly headerCut: boolean;
  /** Value of the first field of that name (any case), unfolded and decoded; `undefined` if there is none. */
  header(name: string): string | undefined;
  /** Every field of that name (any case), topmost first; without a name, all fields. At most the first 256 KB of the header are read. */
  headers(name?: string): readonly HeaderField[];
  /**
   * The addresses in all fields of that name, or in the one field given, in the order of the text: tokens first, encoded-words decoded last,
   * groups opened. At most 2,000. Never throws.
   */
  addresses(of: string | HeaderField): readonly Address[];
  /** The message's octets in CRLF form, header included, in pieces of at most 256 KB; never the whole message in memory. */
  raw(): AsyncIterable<Uint8Array>;
  /** The same without the header and the empty line behind it. */
  body(): AsyncIterable<Uint8Array>;
  /**
   * MIME, parsed by mailparser under limits (32 MB, 2 s). For filters and previews.
   * Rejects with `mail/unreadable` where the message is beyond the limits or the parser gives up: never decide delivery on it alone.
   */
  content(): Promise<ParsedContent>;
}

/** The parsed content of a message. */
export interface ParsedContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
  readonly attachments: readonly { readonly filename: string | undefined; readonly contentType: string; readonly size: number }[];
}
