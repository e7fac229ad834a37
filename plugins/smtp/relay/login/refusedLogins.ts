// What a refused login means at an outgoing server, by the reply's codes, else by its words. Pure.
import { type LoginRefusal, readLoginRefusal } from '@postroom/sdk';

/** The command or the mechanism is not taken (RFC 5321 section 4.2.4, RFC 4954 section 4); 432: another one first. */
const WAY_REPLIES: ReadonlySet<number> = new Set([432, 500, 501, 502, 503, 504]);
/** RFC 4954 section 6: encryption is needed. */
const TLS_REPLY = 538;
/** The same as X.7.10 and X.7.11 (RFC 5248). */
const TLS_STATUS = /^\d{3}[ -][45]\.7\.1[01](?!\d)/;

/** `response`: the reply, all its lines. */
export function loginReplyMeaning(response: string): LoginRefusal {
  const reply = Number(/^\d{3}(?!\d)/.exec(response)?.[0] ?? 0);
  if (reply === TLS_REPLY || TLS_STATUS.test(response)) return 'tls';
  const said = readLoginRefusal(response.replace(/(^|\n)\d{3}[ -](?:[245]\.\d{1,3}\.\d{1,3} )?/g, '$1'));
  if (said === 'tls') return 'tls';
  if (WAY_REPLIES.has(reply)) return 'way';
  return reply < 500 ? 'later' : said;
}
