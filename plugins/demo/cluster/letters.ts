// The letters of the demo: each is known by its subject, and told from a damaged one by the hash of its text. Pure.
import { createHash, randomBytes } from 'node:crypto';

/** How a letter comes in: handed in by SMTP, or collected from the ISP. */
export type Origin = 'smtp' | 'isp';

export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly hash: string;
}

/** What somebody picked up. */
export interface PickedUp {
  readonly subject: string;
  readonly hash: string;
}

const LINES = 40;
const OCTETS_A_LINE = 54;

export function letter(origin: Origin, number: number, to: string): Letter {
  const subject = `${origin} ${number}`;
  const fields = [
    'From: Andrew <mail@company.example>',
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${origin}-${number}@demo.example>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
  ];
  const body = Array.from({ length: LINES }, () => randomBytes(OCTETS_A_LINE).toString('base64'));
  const text = [...fields, '', ...body, ''].join('\r\n');
  return { subject, text, hash: hashOf(text) };
}

/** Of a message as a mail program reads it. */
export function pickedUp(text: string): PickedUp {
  return { subject: /^Subject: (.*)\r$/m.exec(text)?.[1] ?? '', hash: hashOf(text) };
}

/** What became of some letters. */
export interface Tally {
  readonly letters: number;
  readonly there: number;
  readonly lost: number;
  readonly damaged: number;
  readonly twice: number;
}

export function tally(letters: readonly Letter[], found: readonly PickedUp[]): Tally {
  const hashes = new Map<string, string[]>();
  for (const { subject, hash } of found) hashes.set(subject, [...(hashes.get(subject) ?? []), hash]);
  const of = (each: Letter): readonly string[] => hashes.get(each.subject) ?? [];
  const count = (fits: (each: Letter) => boolean): number => letters.filter(fits).length;
  return {
    letters: letters.length,
    there: count((each) => of(each).includes(each.hash)),
    lost: count((each) => of(each).length === 0),
    damaged: count((each) => of(each).some((hash) => hash !== each.hash)),
    twice: count((each) => of(each).length > 1),
  };
}

/** Servers add fields on top: the text behind them is the sender's. */
function hashOf(text: string): string {
  return createHash('sha256')
    .update(text.slice(text.indexOf('\r\n\r\n') + 4))
    .digest('hex');
}
