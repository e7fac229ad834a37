// Tells of a message that stays at the ISP: who wrote what, why it was not collected, and how an administrator has it fetched, deleted or left.
import { waitingCode } from '@postroom/sdk/mail';
import { composeNotice } from './notice.js';

export interface WaitingNoticeRequest {
  /** This server's host name. */
  readonly host: string;
  readonly account: string;
  /** The account's address. */
  readonly address: string;
  readonly uidl: string;
  /** Octets, as the ISP lists it; -1 where it does not say. */
  readonly size: number;
  /** `undefined` where the ISP does not show the header. */
  readonly original: { readonly from: string; readonly subject: string; readonly date: string } | undefined;
  /** A sentence: why it stays. */
  readonly sentence: string;
  readonly now: Date;
}

/** Characters of a field of a stranger that are shown. */
const SHOWN = 200;

/** The notice in CRLF form. */
export function composeWaitingNotice(request: WaitingNoticeRequest): Uint8Array {
  const { account, original, host, address, now } = request;
  const name = `${account} ${waitingCode(request.uidl)}`;
  const lines = [
    `A message to ${request.address} waits at the Internet provider and was not collected.`,
    '',
    ...(original === undefined
      ? ['(The provider does not show who wrote it.)']
      : [`From:    ${shown(original.from)}`, `Subject: ${shown(original.subject)}`, `Date:    ${shown(original.date)}`]),
    ...(request.size < 0 ? [] : [`Size:    ${sizeInWords(request.size)}`]),
    '',
    request.sentence,
    '',
    'It stays there until the administrator decides: in the manager (Outbox, "Left at the ISP"), or with one of these commands:',
    '',
    `    postroom waiting fetch ${name}     collects it, with the next Send/Receive`,
    `    postroom waiting delete ${name}    deletes it at the provider; nobody gets it`,
    `    postroom waiting leave ${name}     leaves it there`,
    '',
    'You get no other notice about this message.',
  ];
  const subject = `Not collected from the ISP: ${original === undefined ? 'a message' : shown(original.subject)}`;
  return composeNotice({ host, to: address, subject, lines, now });
}

function shown(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, SHOWN) || '(empty)'
  );
}

/** As the provider counts it. */
function sizeInWords(octets: number): string {
  return octets < 2 ** 20 ? `${Math.ceil(octets / 1024)} KB` : `${(octets / 2 ** 20).toFixed(1)} MB`;
}
