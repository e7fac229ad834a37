import { createHash } from 'node:crypto';
import { readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { ContentDigest, messageIdOf } from '#core/mail/duplicateKey.js';

function names(text: string, size = text.length): { readonly hash: string; readonly key: string } {
  const digest = new ContentDigest();
  const octets = Buffer.from(text, 'latin1');
  for (let position = 0; position < octets.length; position += size) digest.update(octets.subarray(position, position + size));
  const { contentHash, duplicateKey } = digest.finish();
  expect(duplicateKey).to.have.length(16);
  return { hash: contentHash, key: Buffer.from(duplicateKey).toString('hex') };
}

const MAIL = 'Received: by a\r\nMessage-ID: <1@x>\r\nSubject: hi\r\n\r\nbody\r\n';
const BARE = 'Received: by a\r\nDelivered-To: greg@x\r\nSubject: hi\r\n\r\nbody\r\n';

describe('ContentDigest', () => {
  it('gives the SHA-256 of all octets, however they are cut', () => {
    const expected = createHash('sha256').update(MAIL).digest('hex');
    for (const size of [1, 7, 40, 1000]) expect(names(MAIL, size)).to.deep.equal({ hash: expected, key: names(MAIL).key });
  });

  it('knows two copies of one message that came by different ways (5, 21)', () => {
    const other = MAIL.replace('Received: by a\r\n', 'X-Original-To: greg@x\r\nReceived: by b\r\n');
    expect(names(other).key).to.equal(names(MAIL).key);
    expect(names(other).hash).not.to.equal(names(MAIL).hash);
  });

  it('tells messages of one Message-ID and different content apart (22, 23)', () => {
    expect(names(MAIL.replace('body', 'body\r\n-- \r\nlist footer')).key).not.to.equal(names(MAIL).key);
  });

  it('tells messages of one Message-ID and body apart that say other things of author, answers, subject and form (forged 16)', () => {
    const others = ['Subject: ho', 'From: a@b', 'Reply-To: a@b', 'Cc: a@b', 'Date: today', 'Content-Type: text/html'].map((line) =>
      MAIL.replace('Subject: hi', line),
    );
    const keys = [MAIL, MAIL.replace('Subject', 'Subject: hi\r\nSubject'), ...others].map((text) => names(text).key);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(names(MAIL.replace('Subject: hi', 'X-Spam: 1\r\nSUBJECT:\r\n hi')).key).to.equal(names(MAIL).key);
  });

  it('tells messages of different Message-IDs and the same content apart (25)', () => {
    expect(names(MAIL.replace('<1@x>', '<2@x>')).key).not.to.equal(names(MAIL).key);
  });

  it('compares everything but trace fields where there is no Message-ID (24)', () => {
    expect(names(BARE.replace('by a', 'by b').replace('greg', 'andrew')).key).to.equal(names(BARE).key);
    expect(names(BARE.replace('hi', 'ho')).key).not.to.equal(names(BARE).key);
    expect(names(BARE.replace('body', 'other')).key).not.to.equal(names(BARE).key);
    expect(names(BARE, 3)).to.deep.equal(names(BARE));
  });

  it('names messages without header, without body, and without anything', () => {
    const keys = ['', 'just text\r\n', 'Subject: x\r\n', '\r\n'].map((text) => names(text).key);
    expect(new Set(keys).size).to.equal(3);
  });

  it('reads the Message-ID without its brackets', () => {
    expect(messageIdOf(readHeader(Buffer.from('Message-Id:\r\n <a@b>\r\n\r\n')))).to.equal('a@b');
    expect(messageIdOf(readHeader(Buffer.from('To: x\r\n\r\n')))).to.equal('');
  });
});
