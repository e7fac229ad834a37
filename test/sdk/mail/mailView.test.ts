import { type MailView, PostroomError } from '@postroom/sdk';
import { createMailView, readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { ContentParser } from '#core/mail/contentParser.js';

const MAIL = [
  'To: andrew <mail@company.com>',
  'Cc: x@y.example',
  'To: greg <mail@company.com>',
  'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Hello',
  '--b',
  'Content-Type: application/pdf; name=a.pdf',
  'Content-Disposition: attachment; filename=a.pdf',
  'Content-Transfer-Encoding: base64',
  '',
  'AAAAAAAA',
  '--b--',
  '',
].join('\r\n');

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

async function* never(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('Subject: x\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
}

describe('createMailView', () => {
  const parser = new ContentParser();
  after(() => parser.dispose());

  function viewOf(text: string): MailView {
    const octets = Buffer.from(text, 'latin1');
    return createMailView(
      {
        id: '1',
        size: octets.length,
        origin: 'fetched',
        envelope: { from: undefined, recipients: [] },
        author: undefined,
        receivedAt: new Date(0),
        header: readHeader(octets),
        read: (start = 0) => once(octets.subarray(start)),
      },
      parser,
    );
  }

  it('shows header fields and the addresses of all fields of a name', () => {
    const view = viewOf(MAIL);
    expect(view.header('subject')).to.equal('Grüße');
    expect(view.header('x-none')).to.equal(undefined);
    expect(view.headers()).to.have.length(5);
    expect(view.headers('TO')).to.have.length(2);
    expect(view.addresses('To').map((address) => address.name)).to.deep.equal(['andrew', 'greg']);
    expect(view.addresses('To')).to.equal(view.addresses('to'));
  });

  it('reads at most 2,000 addresses (73)', () => {
    expect(viewOf(`${`To: ${'a@b.example, '.repeat(1500)}\r\n`.repeat(2)}\r\n`).addresses('to')).to.have.length(2000);
  });

  it('gives the octets with and without the header', async () => {
    const view = viewOf(MAIL);
    for await (const octets of view.raw()) expect(Buffer.from(octets).toString()).to.equal(MAIL);
    for await (const octets of view.body()) expect(Buffer.from(octets).toString()).to.equal(MAIL.slice(MAIL.indexOf('--b')));
  });

  it('parses the content, once', async () => {
    const view = viewOf(MAIL);
    const content = await view.content();
    expect(content).to.deep.equal({
      subject: 'Grüße',
      text: 'Hello',
      html: undefined,
      attachments: [{ filename: 'a.pdf', contentType: 'application/pdf', size: 6 }],
    });
    expect(await view.content()).to.equal(content);
  });
});

describe('ContentParser', () => {
  async function refusal(work: Promise<unknown>): Promise<PostroomError> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof PostroomError) return error;
    throw new Error(`expected a PostroomError, got ${String(error)}`);
  }

  it('refuses a message beyond the limit without reading it', async () => {
    const parser = new ContentParser({ octets: 10 });
    expect((await refusal(parser.parse(once(Buffer.from(MAIL)), 11))).code).to.equal('mail/unreadable');
  });

  it('gives up on what takes too long and reads the next message', async () => {
    // For the second message it has to be enough, on a busy machine too.
    const parser = new ContentParser({ milliseconds: 1_500 });
    const [error, content] = await Promise.all([refusal(parser.parse(never(), 100)), parser.parse(once(Buffer.from(MAIL)), MAIL.length)]);
    expect(error.code).to.equal('mail/unreadable');
    expect(error.message).to.contain('1500 ms');
    expect(content.text).to.equal('Hello');
    await parser.dispose();
  }).timeout(60_000);

  it('outlives a message that is too much for its thread', async () => {
    const parser = new ContentParser({ heapMegabytes: 24, milliseconds: 15_000 });
    const huge = Buffer.from(`Content-Type: text/html\r\n\r\n${'<b>x</b>'.repeat(2_000_000)}`);
    expect((await refusal(parser.parse(once(huge), huge.length))).code).to.equal('mail/unreadable');
    expect((await parser.parse(once(Buffer.from(MAIL)), MAIL.length)).text).to.equal('Hello');
    await parser.dispose();
  }).timeout(60_000);

  it('passes on that the octets could not be read', async () => {
    const parser = new ContentParser();
    // biome-ignore lint/correctness/useYield: it fails before anything comes
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new PostroomError('mail/not-found', 'The message is gone.');
    }
    expect((await refusal(parser.parse(broken(), 10))).code).to.equal('mail/not-found');
    await parser.dispose();
  }).timeout(60_000);
});
