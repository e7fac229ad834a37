// A message in memory as the taps see it.

import type { MailView } from '@postroom/sdk';
import { createMailView, readHeader } from '@postroom/sdk/mail';
import { sharedContentParser } from '#core/mail/contentParser.js';
import type { CaseRun } from './sortingCase.js';

export function memoryMail(octets: Buffer, run: CaseRun, account: string): MailView {
  return createMailView(
    {
      id: '1',
      size: octets.length,
      origin: run.origin ?? 'fetched',
      envelope: { from: run.from, recipients: run.recipients ?? [] },
      author: run.author === undefined ? undefined : { account, user: run.author },
      receivedAt: new Date('2026-11-20T12:00:00Z'),
      header: readHeader(octets),
      read: async function* (start: number = 0) {
        yield octets.subarray(start);
      },
    },
    sharedContentParser,
  );
}
