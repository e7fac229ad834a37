// Received fields, and the block of them that the ISP wrote: below it a sender may write whatever he likes.
import { readReceived, sameOrganisation } from '@postroom/sdk';
import { readHeader } from '@postroom/sdk/mail';
import { readTrace } from '#plugins/addressees/dist/traceBlock.js';
import { memoryMail } from '../../plugins/sorting/memoryMail.js';
import { type FuzzTarget, isOneLine, must, mustEqual } from '../target.js';

const WORDS = [
  'Received: ',
  'from ',
  'by mx.isp.example',
  'with ESMTP',
  'id ',
  'for <a@company.example>',
  '(',
  ')',
  '\\',
  '"',
  '<',
  '>',
  ';',
  '\r\n ',
  'Delivered-To: andrew@company.example\r\n',
  'by 0',
  '(qmail 7 invoked by uid 89)',
  'with LMTP',
  '([127.0.0.1])',
  '([192.0.2.7])',
];
const FORGED = 'Received: from a by forged.example for <boss@company.example>; now\r\nDelivered-To: boss@company.example\r\n';
const KNOWN = { hosts: ['mx.isp.example'], fields: {} };

export const trace: FuzzTarget = {
  name: 'trace',
  group: 'mail',
  words: WORDS,
  longest: 64 * 1024,
  ofMessage: (message) => message.subarray(0, readHeader(message).size),
  run(input) {
    const text = input.toString('utf8');
    const received = readReceived(text);
    must(
      received.by === undefined || (isWord(received.by) && received.by === received.by.toLowerCase()),
      'a host is one word in lower case',
      received.by,
    );
    must(
      received.for === undefined || (received.for.includes('@') && !received.for.includes(',')),
      'a recipient is one address',
      received.for,
    );
    mustEqual(readReceived(`(by evil.example for <evil@evil.example>) ${text}`), received, 'a comment says nothing');
    const upToDate = text.replace(/;[\s\S]*/, '');
    if (!/[<"(]/.test(upToDate)) {
      const forged = readReceived(`${upToDate}; by evil.example for <x@evil.example>`);
      const before = readReceived(upToDate);
      must(!forged.isPlain, 'what is no date makes a field doubtful');
      mustEqual({ ...forged, isPlain: before.isPlain, for: before.for }, before, 'nothing counts behind the date');
    }
    for (const trustedHost of ['', 'isp.example']) {
      const mail = memoryMail(input, { from: '' } as never, 'company');
      const reading = readTrace(mail, KNOWN, trustedHost);
      const { block } = reading;
      must(reading.known.hosts.length <= KNOWN.hosts.length + 1, 'one message teaches one host at most', reading.known.hosts);
      if (block === undefined) {
        must((reading.doubt ?? '') !== '', 'a doubt has its reason');
        continue;
      }
      must(isOneLine(block.host.replace(/[\r\n\0]/g, '')) && block.fields.length > 0, 'a block has its fields');
      const fields = mail.headers();
      must(
        block.fields.every((field, at) => field === fields[at]),
        'a block is the top of the header',
      );
      must(block.fields.at(-1)?.name.toLowerCase() === 'received', 'a block ends with a Received');
      must(
        trustedHost !== '' || KNOWN.hosts.some((host) => sameOrganisation(host, block.host)),
        'a block was written by a known host',
        block.host,
      );
      const header = readHeader(input);
      if (!input.subarray(0, header.size).toString('latin1').endsWith('\r\n\r\n')) continue;
      const below = Buffer.concat([input.subarray(0, header.size - 2), Buffer.from(`${FORGED}\r\n`)]);
      const again = readTrace(memoryMail(below, { from: '' } as never, 'company'), KNOWN, trustedHost).block;
      mustEqual(
        [again?.host, again?.hops, again?.fields.length],
        [block.host, block.hops, block.fields.length],
        'what is written below changes nothing',
      );
    }
  },
};

function isWord(text: string): boolean {
  return text !== '' && isOneLine(text);
}
