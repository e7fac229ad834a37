import { readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { simpleParser } from 'mailparser';
import { type BounceRequest, composeBounce, isNoticeWanted, RETURNED_OCTETS } from '#core/mail/bounce.js';
import { octetsInCrlfForm } from '#core/mail/lineEnds.js';

const ORIGINAL = 'From: andrew <mail@company.com>\r\nTo: x@y.example\r\nSubject: Offer\r\nMessage-ID: <7@office>\r\n\r\nDear Sir,\r\n';

function request(change: Partial<BounceRequest> = {}, original = ORIGINAL): BounceRequest {
  const octets = Buffer.from(original);
  return {
    kind: 'failed',
    host: 'mail.office.example',
    to: 'mail@company.com',
    recipients: [{ address: 'x@y.example', status: '5.1.1', text: '550 5.1.1 no such user', remote: 'mx.y.example' }],
    arrivedAt: new Date('2026-11-23T09:00:00Z'),
    now: new Date('2026-11-23T10:00:00Z'),
    original: {
      subject: 'Offer',
      messageId: '7@office',
      size: octets.length,
      async *read() {
        for (let position = 0; position < octets.length; position += 1000) yield octets.subarray(position, position + 1000);
      },
    },
    ...change,
  };
}

async function compose(change: Partial<BounceRequest> = {}, original = ORIGINAL): Promise<string> {
  return Buffer.from(await composeBounce(request(change, original))).toString('utf8');
}

/** The part of a content type, its own header cut off. */
function part(text: string, type: string): string {
  const boundary = /boundary="([^"]+)"/.exec(text)?.[1] ?? 'none';
  const found = text.split(`--${boundary}`).find((piece) => piece.startsWith(`\r\nContent-Type: ${type}`)) ?? '';
  return found.slice(found.indexOf('\r\n\r\n') + 4);
}

/** Fields of a delivery-status block, unfolded. */
function blocks(text: string): readonly string[][] {
  return part(text, 'message/delivery-status')
    .replace(/\r\n[ \t]/g, ' ')
    .trim()
    .split('\r\n\r\n')
    .map((block) => block.split('\r\n'));
}

describe('composeBounce', () => {
  it('is a multipart/report in CRLF form with the three parts in order (R38)', async () => {
    const text = await compose();
    expect(text).to.match(/Content-Type: multipart\/report; report-type=delivery-status;/);
    expect([...text.matchAll(/^Content-Type: (\S+?);?\s/gm)].map((match) => match[1])).to.deep.equal([
      'multipart/report',
      'text/plain',
      'message/delivery-status',
      'message/rfc822',
    ]);
    const octets = Buffer.from(text);
    expect(octetsInCrlfForm(octets)).to.equal(octets);
    expect(part(text, 'message/rfc822')).to.equal(`${ORIGINAL}\r\n`);
  });

  it('can be read by a mail program', async () => {
    const mail = await simpleParser(await compose());
    expect(mail.subject).to.equal('Not delivered: Offer');
    expect(mail.text).to.contain('could not be delivered').and.to.contain('x@y.example').and.to.contain('550 5.1.1 no such user');
    expect(mail.attachments.map((attachment) => attachment.contentType)).to.include('message/rfc822');
  });

  it('says who, what and why in the part for programs (R39)', async () => {
    const recipient = {
      address: 'x@y.example',
      orcpt: 'rfc822;sales+2Beu@y.example',
      status: '5.1.1',
      text: '550 5.1.1 no',
      remote: 'mx.y.example',
    };
    const [message = [], one = []] = blocks(await compose({ envid: 'QQ+2B1', recipients: [recipient] }));
    expect(message[0]).to.equal('Reporting-MTA: dns; mail.office.example');
    expect(message[1]).to.equal('Original-Envelope-Id: QQ+1');
    expect(message[2]).to.match(/^Arrival-Date: Mon, 23 Nov 2026 /);
    expect(one).to.deep.equal([
      'Original-Recipient: rfc822; sales+eu@y.example',
      'Final-Recipient: rfc822; x@y.example',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; mx.y.example',
      'Diagnostic-Code: smtp; 550 5.1.1 no',
    ]);
  });

  it('comes from nobody who answers, goes to the envelope sender, and refers to the original (R40)', async () => {
    const header = readHeader(Buffer.from(await compose()));
    expect(header.first('from')?.value).to.equal('Mail delivery <MAILER-DAEMON@mail.office.example>');
    expect(header.first('to')?.value).to.equal('<mail@company.com>');
    expect(header.first('auto-submitted')?.value).to.equal('auto-replied');
    expect(header.first('in-reply-to')?.value).to.equal('<7@office>');
    expect(header.first('message-id')?.value).to.match(/^<[0-9a-f]+@mail\.office\.example>$/);
  });

  it('asks for the notices that NOTIFY names (R43)', () => {
    expect([isNoticeWanted('failed', undefined), isNoticeWanted('delayed', undefined), isNoticeWanted('relayed', undefined)]).to.deep.equal(
      [true, true, false],
    );
    expect([
      isNoticeWanted('failed', ['NEVER']),
      isNoticeWanted('failed', ['DELAY']),
      isNoticeWanted('delayed', ['FAILURE', 'DELAY']),
    ]).to.deep.equal([false, false, true]);
  });

  it('returns the header alone where the author asked for that (R44), of delays, and of large originals', async () => {
    const large = `${ORIGINAL}${'x'.repeat(RETURNED_OCTETS)}\r\n`;
    for (const text of [await compose({ ret: 'HDRS' }), await compose({ kind: 'delayed' }), await compose({}, large)]) {
      expect(part(text, 'text/rfc822-headers')).to.contain('Subject: Offer').and.not.to.contain('Dear Sir');
      expect(text.length).to.be.lessThan(5000);
    }
  });

  it('returns whole fields only of a header that is too large', async () => {
    const text = await compose({}, `A: 1\r\nB: ${'y'.repeat(60_000)}\r\n\r\nbody\r\n`);
    expect(part(text, 'text/rfc822-headers').trim()).to.equal('A: 1');
  });

  it('tells of several recipients in one notice (R45)', async () => {
    const recipients = ['a@y.example', 'b@y.example'].map((address) => ({ address, status: '5.0.0', text: 'gone' }));
    const text = await compose({ recipients });
    expect(blocks(text)).to.have.length(3);
    expect(part(text, 'text/plain')).to.contain('a@y.example').and.to.contain('b@y.example');
  });

  it('says of a delay until when it is tried', async () => {
    const text = await compose({
      kind: 'delayed',
      triedUntil: new Date('2026-11-28T09:00:00Z'),
      recipients: [{ address: 'x@y.example', status: '4.4.1', text: 'no answer' }],
    });
    expect(blocks(text)[1])
      .to.include('Action: delayed')
      .and.to.include('Status: 4.4.1')
      .and.to.include('Diagnostic-Code: x-postroom; no answer');
    expect(text).to.match(/Will-Retry-Until: Sat, 28 Nov 2026/);
  });

  it('lets no text from outside begin a line, and escapes what is not ASCII (R47)', async () => {
    const evil = '550 n\xf6\r\n\r\nAction: delivered\nStatus: 2.0.0\u2028x\0';
    const text = await compose({
      envid: 'a+0D+0ABcc: x',
      to: 'a@b.example>\r\nBcc: <x@y.example',
      recipients: [
        {
          address: 'андрей@пример.example\r\nX: y',
          orcpt: 'rfc822;+0D+0AX-Evil: y',
          status: '5.0.0\r\nX: y',
          text: evil,
          remote: 'mx\r\nX: y',
        },
      ],
      original: { ...request().original, subject: 'Gr\u00fc\u00dfe\r\nBcc: z', messageId: '7\r\nBcc: q' },
    });
    const fields = [...text.split('\r\n')].filter((line) => /^(bcc|x|x-evil|action|status)\s*:/i.test(line));
    expect(fields).to.deep.equal(['Action: failed', 'Status: 5.0.0']);
    expect(part(text, 'message/delivery-status'))
      .to.match(/^[\r\n\t -~]*$/)
      .and.to.match(/Final-Recipient: utf-8;\s+\\x\{430\}\\x\{43D\}/);
    expect(readHeader(Buffer.from(text)).first('subject')?.value).to.equal('Not delivered: Grüße  Bcc: z');
    expect(readHeader(Buffer.from(text)).first('in-reply-to')).to.equal(undefined);
  });
});
