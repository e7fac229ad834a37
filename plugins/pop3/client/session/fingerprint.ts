// What names a message whose server gives no usable unique id: its header and size, or its whole content.
import { createHash } from 'node:crypto';
import { headerByTop, lastingHeader } from '../headerPrint.js';
import type { ListedMessage } from '../listing.js';
import type { Pop3Dialogue } from '../pop3Dialogue.js';

/** Where TOP is refused, the content is read once for this alone (sorting case 79); `undefined` where the server does not show the message. */
export async function fingerprint(dialogue: Pop3Dialogue, { number, size }: ListedMessage): Promise<string | undefined> {
  return (await headerKey(dialogue, number, size)) ?? contentKey(dialogue, number);
}

async function headerKey(dialogue: Pop3Dialogue, number: number, size: number): Promise<string | undefined> {
  const header = await headerByTop(dialogue, number);
  if (header === undefined) return undefined;
  return `header:${createHash('sha256').update(lastingHeader(header), 'latin1').digest('hex')}:${size}`;
}

async function contentKey(dialogue: Pop3Dialogue, number: number): Promise<string | undefined> {
  const answer = await dialogue.ask(`RETR ${number}`);
  if (!answer.ok) return undefined;
  const hash = createHash('sha256');
  for await (const piece of dialogue.body('RETR')) hash.update(piece);
  return `content:${hash.digest('hex')}`;
}
