// What stands in the header of a message as it left, whatever its mail program wrote and other plugins made of it.
import { idsInText } from './messageIds.js';

const READ_AT_MOST = 256 * 1024;
const HEADER_END = /\r\n\r\n/;

export interface SentHeader {
  /** With angle brackets; `undefined` where it left without one. */
  readonly messageId: string | undefined;
  /** Somebody passed it on (RFC 5322 section 3.6.6): its Message-ID is its author's, and not his. */
  readonly isRedirected: boolean;
}

/** Reads as far as the header goes. */
export async function readSentHeader(content: AsyncIterable<Uint8Array>): Promise<SentHeader> {
  let text = '';
  for await (const piece of content) {
    text += Buffer.from(piece).toString('latin1');
    if (HEADER_END.test(text) || text.length >= READ_AT_MOST) break;
  }
  const end = text.search(HEADER_END);
  const header = (end < 0 ? text : text.slice(0, end)).slice(0, READ_AT_MOST).replace(/\r\n[ \t]/g, ' ');
  return {
    messageId: [...header.matchAll(/^message-id[ \t]*:(.*)$/gim)].flatMap(([, value = '']) => idsInText(value))[0],
    isRedirected: /^resent-(?:from|sender|to|cc|bcc|date|message-id)[ \t]*:/im.test(header),
  };
}
