// The fields that decide who gets a message, and the words in them that only people read.
import { decodeText, decodeWords, encodeHeaderText, formatAddress, parseAddresses, readHeader, valueOctets } from '@postroom/sdk/mail';
import { type FuzzTarget, isOneLine, must, mustEqual } from '../target.js';

const WORDS = [
  'andrew',
  '@',
  'company.com',
  '<',
  '>',
  ',',
  ';',
  ':',
  '"',
  '(',
  ')',
  '\\',
  '[127.0.0.1]',
  '<@relay.example:a@b.example>',
  'group:a@b,c@d;',
  'mailto:',
  '=?utf-8?Q?=22?=',
  '=?iso-8859-1?B?QQ==?=',
  '\r\n ',
  'xn--bcher-kva.example',
  'bücher.example',
  '..',
  '.',
  ' ',
];

const LIMIT = 50;

export const addresses: FuzzTarget = {
  name: 'addresses',
  group: 'mail',
  words: WORDS,
  longest: 64 * 1024,
  ofMessage: (message) => Buffer.concat(readHeader(message).all('to').concat(readHeader(message).all('cc')).map(valueOctets)),
  run(input) {
    const all = parseAddresses(input);
    must(all.length <= 2000, 'no more addresses than asked for', all.length);
    const some = parseAddresses(input, LIMIT);
    must(some.length <= LIMIT, 'no more addresses than asked for', some.length);
    for (const address of all) {
      const { name, local, domain, raw } = address;
      must(isOneLine(domain) && !/[\s<>@,;"()]/.test(domain), 'a domain holds nothing that ends an address', domain);
      must(domain === domain.toLowerCase(), 'a domain is in lower case', domain);
      must(isOneLine(local), 'a local part is one line', local);
      must(isOneLine(name), 'a name is one line', name);
      must(!/[\r\n]/.test(raw) && raw.length <= 1000, 'the text of an entry is one line of bounded length', raw);
      must(local !== '' || domain === '', 'what has no local part has no domain', address);
      must(domain === '' || input.toString('latin1').includes('@'), 'no domain comes from nowhere', address);
      if (local === '' || domain === '') continue;
      const printed = formatAddress(address);
      must(isOneLine(printed), 'a printed address is one line', printed);
      const again = parseAddresses(Buffer.from(printed, 'utf8'));
      mustEqual(again.map(keyOf), [keyOf(address)], 'a printed address reads as it was');
    }
  },
};

function keyOf({ name, local, domain }: { readonly name: string; readonly local: string; readonly domain: string }): unknown {
  // Printing folds white space, and a name of nothing else is none.
  return [name.replace(/\s+/g, ' ').trim(), local, domain];
}

export const encodedWords: FuzzTarget = {
  name: 'encoded-words',
  group: 'mail',
  words: [
    '=?',
    '?=',
    '=?utf-8?Q?',
    '=?UTF-8?B?',
    '=?iso-2022-jp?B?',
    '=?utf-16?B?',
    '=?x*en?q?',
    '=C3=A9',
    '_',
    'w6k=',
    '?',
    '=',
    ' ',
    '\r\n ',
  ],
  longest: 64 * 1024,
  ofMessage: (message) => Buffer.concat(readHeader(message).all('subject').map(valueOctets)),
  run(input) {
    const text = decodeText(input);
    const decoded = decodeWords(text);
    must(!/[\u0000-\u001f\u007f]/.test(decoded), 'no control character comes out', decoded);
    must(decoded.length <= text.length * 2 + 16, 'decoding makes no text much longer', [text.length, decoded.length]);
    const written = encodeHeaderText(text);
    must(/^[ -~]*$/.test(written), 'what is written is printable ASCII', written);
    must(!/(?:^| )[^ ]{77}/.test(written), 'what is written can be folded', written);
    const plain = text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
    mustEqual(decodeWords(written), plain, 'what is written reads as it was');
  },
};
