// A session with an ISP's server as the half of a collection sees it that decides: figures, prints and whole messages. The octets of the dialogue are the other
// half's, which is in the same thread (localSession.ts) or in a door (../door/).
import type { MaybePromise } from '@postroom/sdk';
import type { IspAnswer } from '../ispAnswers.js';
import type { IspCapabilities } from '../ispCapabilities.js';
import type { ListedMessage, ListingOptions, ReadListing } from '../listing.js';

/** A message that is to be read. */
export interface AskedMessage {
  readonly number: number;
  /** Octets as LIST gave them, -1 where it did not. */
  readonly size: number;
  /** Octets beyond which it is not taken; Infinity for what the administrator ordered, which is taken whatever it holds. */
  readonly limit: number;
  /** TOP has shown its print in this session: none is made of what RETR shows. */
  readonly hasPrint: boolean;
}

/** How messages are read. */
export interface ReadingWay {
  readonly pipelining: boolean;
  /** What the server says to STAT as long as nothing is deleted: no sender knows it, so that it proves that the server has come to that command. */
  readonly stat: IspAnswer;
}

/** A message that is too large to stand in memory, while it is on the line. */
export interface StreamedMessage {
  readonly print: string | undefined;
  /** Once. Ends where the message certainly ended, else it throws: what intake has then is no message. */
  read(): AsyncIterable<Uint8Array>;
  /** `read` has thrown: the line failed, or the message is beyond its limit. */
  readonly hasFailed: boolean;
}

/** Gets what is read; `at`: which of the messages that were asked for. */
export interface MessageSink {
  /** Nothing more is to be read, whatever is on the line: the session is given up. */
  readonly isStopped: boolean;
  /** One that came whole and is the one that was asked for. More is read when what this answers has resolved; it never rejects. */
  whole(at: number, octets: Buffer, print: string | undefined): MaybePromise<void>;
  /** Never rejects, whatever becomes of the message. */
  streamed(at: number, message: StreamedMessage): Promise<void>;
  /** The ISP does not hand it over, or it is beyond its limit: a sentence for people. */
  failed(at: number, sentence: string): void;
  /** The session fell out of step at this one. */
  doubtful(at: number): void;
  /** The session failed while this one was read. */
  lost(at: number): void;
}

export interface MailboxSession {
  /** What the server can do in this session; `pipelining` only where its lines are so that answers can be told apart. */
  readonly capabilities: IspCapabilities;
  /** Commands went out together, and the answer to one of them stayed away or was none. */
  readonly hasLostPipeline: boolean;
  /** The server has ended the connection. */
  readonly isClosed: boolean;
  /** Its thread is about to end: nothing more is to be read here, so that what was stored is deleted and the session ends well. */
  readonly isLeaving: boolean;
  stat(): Promise<IspAnswer>;
  list(options: ListingOptions): Promise<ReadListing>;
  /** Names for messages without a usable unique id, by header or content; `undefined` for what the server does not show. */
  fingerprints(messages: readonly ListedMessage[]): Promise<readonly (string | undefined)[]>;
  /** By TOP, at most 256 KB; `undefined` where the server does not show it. */
  header(number: number): Promise<Buffer | undefined>;
  /** Of the headers that TOP shows, so many commands on the line at a time; `undefined` where the server does not show one. */
  prints(numbers: readonly number[], ahead: number): Promise<readonly (string | undefined)[]>;
  /** Reads messages, each by RETR. Rejects where the session is over. Resolves early where the sink has stopped, or the session is leaving. */
  read(messages: readonly AskedMessage[], way: ReadingWay, sink: MessageSink): Promise<void>;
  /** DELE for each, so many on the line at a time. Answers as many of the server's answers. */
  remove(numbers: readonly number[], ahead: number): Promise<readonly IspAnswer[]>;
  /** QUIT; as Pop3Dialogue.quit. */
  quit(matters: boolean): Promise<IspAnswer | undefined>;
  /** Ends without a word: the server removes nothing. */
  cut(): void;
  /** Ends after QUIT was answered. */
  end(): void;
}
