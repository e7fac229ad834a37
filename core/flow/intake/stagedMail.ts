// A message that has been read and is not committed yet: its octets are staged in the store, its header is here.

import type { MailboxRef, MailOrigin, MailView } from '@postroom/sdk';
import { createMailView } from '@postroom/sdk/mail';
import type { StagedBody } from '@postroom/sdk/services';
import { sharedContentParser } from '../../mail/contentParser.js';
import type { ReadMessage, ReadMode } from './readMessage.js';

/** Where a message came from, as its view tells, and how it is read. */
export interface IntakeSource {
  readonly origin: MailOrigin;
  readonly author: MailboxRef | undefined;
  readonly envelope: MailView['envelope'];
  readonly mode: ReadMode;
}

export class StagedMail {
  constructor(
    readonly body: StagedBody,
    readonly content: ReadMessage,
    readonly source: IntakeSource,
    readonly receivedAt: Date,
  ) {}

  /** As taps see it. `envelope`: another one where only some of the recipients are in question. */
  view(envelope = this.source.envelope): MailView {
    const { body, receivedAt } = this;
    const { origin, author } = this.source;
    const { header } = this.content;
    return createMailView(
      {
        id: body.id,
        size: body.size,
        origin,
        author,
        envelope,
        receivedAt,
        header,
        read: (start = 0) => skip(body.read(), start),
      },
      sharedContentParser,
    );
  }
}

async function* skip(octets: AsyncIterable<Uint8Array>, start: number): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const piece of octets) {
    if (position + piece.length > start) {
      yield piece.subarray(Math.max(0, start - position));
    }
    position += piece.length;
  }
}
