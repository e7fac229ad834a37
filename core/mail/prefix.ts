// What stands on top of a copy: a Received line and the lines that plugins add. Mail programs pass a whole header on to people outside, in read receipts
// and in mail forwarded as an attachment: nothing here names a user, an account or a rule. Who got it and why stands in the store, for `trace`.
import type { MessageId, SortPlan } from '@postroom/sdk';
import type { Header } from '@postroom/sdk/mail';
import type { Submission } from '@postroom/sdk/services';
import { formatDateTime } from './dateTime.js';
import { foldedLine, plainWord } from './headerLine.js';

/** What every copy's lines are made from. */
export interface CopyOrigin {
  readonly id: MessageId;
  /** This server's host name. */
  readonly host: string;
  readonly receivedAt: Date;
  readonly plan: SortPlan;
  /** The message's own header: one without any header gets an empty line between our lines and its text (sorting case 72). */
  readonly header: Header;
}

/** Lines for a fetched message's copies. `server`: the ISP's host. */
export function fetchedPrefix(origin: CopyOrigin & { readonly server: string }): Uint8Array {
  return linesOf(origin, receivedLine(origin, `from ${plainWord(origin.server)} `, 'POP3'));
}

/**
 * Lines for a submitted message's copies, here and on the way out (RFC 5321 section 4.4): neither who logged in nor for whom it is, and of mail that a
 * plugin sent not which one did.
 */
export function submittedPrefix(origin: CopyOrigin & Pick<Submission, 'client'>): Uint8Array {
  const { helo, address, protocol, tls } = origin.client;
  const literal = address.includes(':') ? `[IPv6:${plainWord(address)}]` : `[${plainWord(address)}]`;
  const cipher = tls === undefined ? '' : ` (${tls.replace(/[^A-Za-z0-9._ -]/g, '-').slice(0, 100)})`;
  const from = protocol === 'LOCAL' ? '' : `from ${plainWord(helo)} (${literal}) `;
  return linesOf(origin, receivedLine(origin, from, plainWord(protocol) + cipher));
}

/** Lines for a copy of a message that was made here, a bounce for instance: it came from nowhere. */
export function ownPrefix(origin: CopyOrigin): Uint8Array {
  return linesOf(origin, '');
}

function linesOf({ plan, header }: CopyOrigin, received: string): Uint8Array {
  const separator = header.size === 0 ? '\r\n' : '';
  return Buffer.from(received + plan.addHeaders.map(foldedLine).join('') + separator, 'latin1');
}

/** `from`: the clause and a space behind it, or nothing. */
function receivedLine({ id, host, receivedAt, plan }: CopyOrigin, from: string, protocol: string): string {
  const mark = plan.traceMark === undefined ? '' : `-${plan.traceMark}`;
  return foldedLine(
    `Received: ${from}by ${plainWord(host)} (Postroom) with ${protocol} id ${plainWord(id)}${mark}; ${formatDateTime(receivedAt)}`,
  );
}
