// What mail programs get of a message whose header a host has broken: mended, so that all of them read it as the server did.
import { EditedOctets } from '@postroom/sdk/base';
import { editsOf, readHeader } from '@postroom/sdk/mail';

/** `text`: the message in CRLF form, as Latin-1. The same text where nothing is broken, which is most mail. */
export function mendedCopy(text: string): string {
  const octets = Buffer.from(text, 'latin1');
  const edited = new EditedOctets(editsOf(readHeader(octets), []));
  return Buffer.concat([...edited.take(octets), ...edited.end()]).toString('latin1');
}
