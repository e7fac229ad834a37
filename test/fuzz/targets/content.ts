// MIME, in the parser's own thread: whatever a message does to it, the next one is read.
import { PostroomError } from '@postroom/sdk';
import { ContentParser } from '#core/mail/contentParser.js';
import { type FuzzTarget, must } from '../target.js';

const WORDS = [
  'Content-Type: multipart/mixed; boundary=',
  'Content-Type: message/rfc822\r\n\r\n',
  'Content-Type: text/html; charset=',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Disposition: attachment; filename*0*=',
  "filename*=utf-8''%00",
  '--a\r\n',
  '--a--\r\n',
  '\r\n\r\n',
  'boundary=""',
  '=\r\n',
  '=FF',
  'text/calendar',
  'application/ms-tnef',
  '<a href="javascript:x">',
];

let parser: ContentParser | undefined;

export const content: FuzzTarget = {
  name: 'content',
  group: 'mail',
  words: WORDS,
  longest: 48 * 1024,
  // It runs beside this thread, and a thread that gave up is started again.
  base: 3_500,
  ofMessage: (message) => message,
  async run(input, random) {
    parser ??= new ContentParser();
    try {
      const { subject, text, html, attachments } = await parser.parse(oneByOne(random.pieces(input)), input.length);
      must(
        [subject, text, html ?? ''].every((each) => typeof each === 'string'),
        'texts are texts',
      );
      must(text.length + (html?.length ?? 0) <= input.length * 4 + 4096, 'no text is much longer than the message', [
        input.length,
        text.length,
      ]);
      must(
        attachments.every(({ size }) => size >= 0 && size <= input.length),
        'no attachment is larger than the message',
        attachments,
      );
    } catch (error) {
      if (!(error instanceof PostroomError)) throw error;
      must(error.code === 'mail/unreadable', 'what cannot be read is unreadable and nothing else', error.message);
    }
  },
  async close() {
    await parser?.dispose();
    parser = undefined;
  },
};

async function* oneByOne(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}
