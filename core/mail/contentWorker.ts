// The worker thread of contentParser.ts: feeds messages to mailparser, one after the other, and answers their content. Attachments are measured, not kept.
import { readlinkSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { ParsedContent } from '@postroom/sdk';
import { type AttachmentStream, MailParser, type MessageText } from 'mailparser';

export type ToWorker = { readonly kind: 'octets'; readonly octets: Uint8Array } | { readonly kind: 'end' };
export type FromWorker =
  /** `thread`: below /proc, where the system shows the thread's times. */
  | { readonly kind: 'ready'; readonly thread: string | undefined }
  | { readonly kind: 'more' }
  | { readonly kind: 'content'; readonly content: ParsedContent }
  | { readonly kind: 'failed'; readonly reason: string };

function answer(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** One message on its way through the parser. */
class MessageReader {
  readonly #parser = new MailParser({ skipTextToHtml: true, skipImageLinks: true });
  readonly #attachments: { filename: string | undefined; contentType: string; size: number }[] = [];
  #text = '';
  #html: string | undefined;

  constructor() {
    this.#parser.on('data', (part: AttachmentStream | MessageText) => this.#take(part));
    this.#parser.on('error', (error: Error) => answer({ kind: 'failed', reason: `the MIME parser says: ${error.message}` }));
    this.#parser.on('end', () => answer({ kind: 'content', content: this.#content() }));
  }

  write(octets: Uint8Array): void {
    this.#parser.write(octets, () => answer({ kind: 'more' }));
  }

  end(): void {
    this.#parser.end();
  }

  #take(part: AttachmentStream | MessageText): void {
    if (part.type === 'text') {
      this.#text = part.text || '';
      this.#html = part.html || undefined;
      return;
    }
    let size = 0;
    part.content.on('data', (octets: Buffer) => {
      size += octets.length;
    });
    part.content.on('end', () => {
      this.#attachments.push({ filename: part.filename || undefined, contentType: part.contentType, size });
      part.release?.();
    });
  }

  #content(): ParsedContent {
    const subject = this.#parser.headers === false ? undefined : this.#parser.headers.get('subject');
    return { subject: typeof subject === 'string' ? subject : '', text: this.#text, html: this.#html, attachments: this.#attachments };
  }
}

let reader: MessageReader | undefined;

parentPort?.on('message', (message: ToWorker) => {
  reader ??= new MessageReader();
  if (message.kind === 'octets') {
    reader.write(message.octets);
  } else {
    reader.end();
    reader = undefined;
  }
});
answer({ kind: 'ready', thread: thisThread() });

/** `PID/task/TID` on Linux (proc(5), thread-self). */
function thisThread(): string | undefined {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    return undefined;
  }
}
