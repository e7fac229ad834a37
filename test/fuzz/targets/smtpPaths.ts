// MAIL FROM and RCPT TO: the envelope decides where a message goes.

import { planTransactions } from '#plugins/smtp/dist/relay/envelopes.js';
import { parsePathCommand } from '#plugins/smtp/dist/submission/front/pathCommand.js';
import { type FuzzTarget, isOneLine, must, mustEqual } from '../target.js';

const EVERYTHING = { names: new Set(['SMTPUTF8', '8BITMIME', 'DSN', 'SIZE']), maxSize: undefined };

export const smtpPaths: FuzzTarget = {
  name: 'smtp-paths',
  group: 'servers',
  words: [
    'MAIL FROM:<',
    'RCPT TO:<',
    '>',
    'a@b.example',
    ' SIZE=1',
    ' BODY=8BITMIME',
    ' SMTPUTF8',
    ' ORCPT=rfc822;a+40b',
    ' NOTIFY=NEVER',
    ' ENVID=x+0D',
    '"',
    '\\',
    '@',
    '[127.0.0.1]',
    '[IPv6:::1]',
    'postmaster',
    '@a,@b:',
    'ü',
    '\u200b',
    '+0A',
    'xn--',
    '.',
  ],
  longest: 8 * 1024,
  run(input) {
    const text = input.toString('utf8');
    for (const keyword of ['MAIL FROM', 'RCPT TO'] as const) {
      for (const line of [text, `${keyword}:<${text}>`, `${keyword}:<a@b.example> ${text}`]) {
        const parsed = parsePathCommand(keyword, line);
        if (parsed === undefined) continue;
        const { address, parameters } = parsed;
        must(isOneLine(address) && !/\p{Cc}/u.test(address), 'an address holds no control character', address);
        must(Buffer.byteLength(address) <= 254, 'an address has at most 254 octets', address);
        must(address === '' || address === 'postmaster' || address.lastIndexOf('@') > 0, 'an address has both its parts', address);
        must(keyword === 'MAIL FROM' || address !== '', 'no recipient is nobody');
        must(
          Object.values(parameters).every((value) => value === true || isOneLine(value)),
          'a parameter is one line',
          parameters,
        );
        mustEqual(parsePathCommand(keyword, `${keyword}:<${address}>`)?.address, address, 'an address reads as it is written');
        if (address !== '' && address !== 'postmaster') sendable(address);
      }
    }
  },
};

/** What goes out to the ISP is the same address, and no command of its own. */
function sendable(address: string): void {
  const plan = planTransactions({ from: address, recipients: [{ address }], size: 10 }, EVERYTHING, false);
  const sent = plan.transactions.flatMap(({ from, recipients }) => [from, ...recipients.keys()]);
  must(sent.length === 2 || plan.refused.length === 1, 'a recipient is sent to, or refused', [sent, plan.refused]);
  must(
    sent.every((each) => isOneLine(each) && !/[<>]/.test(each)),
    'an address ends no command',
    sent,
  );
}
