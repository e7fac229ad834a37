// A message as it goes to a server without 8BITMIME, and what a reader sees of it before and after.
import { simpleParser } from 'mailparser';
import { OutgoingText } from '#plugins/smtp/dist/relay/eightBit/outgoingText.js';
import { readExtensions } from '#plugins/smtp/dist/relay/extensions.js';

const OLD_SERVER = readExtensions('250 isp.example');

/** The octets that go out, or why none do. `cut`: octets that are handed over at a time. */
export async function convert(message: Uint8Array, cut = message.length || 1): Promise<Buffer | string> {
  const content = async function* (): AsyncIterable<Uint8Array> {
    for (let at = 0; at < message.length; at += cut) yield message.subarray(at, at + cut);
  };
  const text = await new OutgoingText({ size: message.length, content }).forServer(OLD_SERVER);
  if ('status' in text) return `${text.status} ${text.text}`;
  const pieces: Uint8Array[] = [];
  for await (const piece of text.content()) pieces.push(piece);
  const octets = Buffer.concat(pieces);
  if (octets.length !== text.size) throw new Error(`The size was said to be ${text.size} and is ${octets.length}.`);
  return octets;
}

/** What a mail program shows of a message. */
export async function shown(message: Uint8Array): Promise<object> {
  const mail = await simpleParser(Buffer.from(message), { skipImageLinks: true, skipTextToHtml: true, skipTextLinks: true });
  const person = (field: unknown): unknown =>
    [field].flat().map((each) => (each as { value?: readonly { name: string; address?: string }[] } | undefined)?.value);
  return {
    subject: mail.subject,
    from: person(mail.from),
    to: person(mail.to),
    cc: person(mail.cc),
    text: mail.text,
    html: mail.html,
    parts: await Promise.all(
      mail.attachments.map(async ({ filename, contentType, content }) => ({
        filename,
        contentType,
        content: contentType === 'message/rfc822' ? await shown(content) : content.toString('latin1'),
      })),
    ),
  };
}

export function isAscii(octets: Uint8Array): boolean {
  return octets.every((octet) => octet < 0x80);
}

export function longestLine(octets: Buffer): number {
  return Math.max(
    ...octets
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.length),
  );
}
