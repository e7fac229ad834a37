import { type SampleMessage, sampleMail, sampleReply } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { simpleParser } from 'mailparser';

const TO = { regular: 'mail@company.example', domain: 'works.example', date: new Date('2026-11-02T08:00:00Z') };

describe('sampleMail', () => {
  const messages = sampleMail(TO);
  const named = (name: string): SampleMessage => {
    const message = messages.find((candidate) => candidate.name === name);
    if (!message) throw new Error(`There is no sample ${name}.`);
    return message;
  };

  it('has a dozen messages of both kinds of accounts, with CRLF line ends and Message-IDs of their own', () => {
    expect(messages).to.have.length(12);
    expect(new Set(messages.map((message) => message.account))).to.deep.equal(new Set(['regular', 'domain']));
    for (const { text } of messages) expect(text.replaceAll('\r\n', '')).not.to.match(/[\r\n]/);
    expect(new Set(messages.map(({ text }) => /^Message-ID: (.*)\r$/m.exec(text)?.[1])).size).to.equal(12);
  });

  it('is the same for the same addresses and date', () => {
    expect(sampleMail(TO)).to.deep.equal(messages);
  });

  it('reads as a mail program reads it', async () => {
    const encoded = await simpleParser(named('encoded-name').text);
    expect(encoded.to).to.deep.include({ text: '"Carolyn" <mail@company.example>' });
    expect(encoded.subject).to.equal('Grüße');
    const withFile = await simpleParser(named('attachment').text);
    expect(withFile.attachments.map((file) => [file.filename, file.content.toString()])).to.deep.equal([
      ['drawing.txt', 'A box, seen from above.\n'],
    ]);
    expect((await simpleParser(named('by-name').text)).date).to.deep.equal(TO.date);
  });

  it('answers a mail without the name', async () => {
    const reply = await simpleParser(sampleReply(TO, { messageId: '<x@y.example>', subject: 'Offer' }));
    expect(reply).to.include({ inReplyTo: '<x@y.example>', subject: 'Re: Offer' });
    expect(reply.to).to.deep.include({ text: 'mail@company.example' });
  });
});
