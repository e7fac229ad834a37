// Receipts and automatic answers go out without a sender. Some hosts refuse that; then the account's address stands in the envelope.
import { expect } from 'chai';
import { relayingHost } from './relayingHost.js';

describe('mail without a sender', () => {
  const at = relayingHost();
  const senders = (): string[] => at.isp.commands.flatMap((line) => /^MAIL FROM:(<[^>]*>)/.exec(line)?.[1] ?? []);
  const refusing = (refusal: string, verb = 'MAIL') => {
    let isNull = false;
    return (asked: string, line: string): string | undefined => {
      if (asked === 'MAIL') isNull = line.startsWith('MAIL FROM:<>');
      return isNull && asked === verb ? refusal : undefined;
    };
  };
  const problems = (): string[] => at.host.events.flatMap((event) => (event.type === 'problem' ? [event.sentence] : []));

  for (const [refusal, verb] of [
    ['550 5.7.1 This sender may not be used here', 'MAIL'],
    ['501 5.1.7 No such sender', 'MAIL'],
    ['553 5.7.1 Sender address rejected: not owned by user mail', 'MAIL'],
    ['554 No', 'MAIL'],
    ['550 5.7.1 Null sender not permitted', 'RCPT'],
    ['553 <>: Sender address rejected', 'RCPT'],
    ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'DOT'],
    ['554 5.2.252 SendAsDenied; mail@company.com not allowed to send as <>', 'DOT'],
  ] as const) {
    it(`leaves with the account's address where "${refusal}" answers ${verb}, and from then on`, async () => {
      await at.connectTo({ answer: refusing(refusal, verb) });
      expect(await at.one({ from: '' })).to.include({ outcome: 'delivered' });
      expect(senders()).to.deep.equal(['<>', '<mail@company.com>']);
      expect(problems()).to.have.lengthOf(1);
      expect(problems()[0]).to.match(/^127\.0\.0\.1 takes no mail without a sender, .*mail@company\.com in the envelope.*smtp\.nullSender/);
      expect(await at.one({ from: '' })).to.include({ outcome: 'delivered' });
      expect(senders().slice(2), 'known by now').to.deep.equal(['<mail@company.com>']);
      expect(problems(), 'said once').to.have.lengthOf(1);
      expect(at.host.logged.filter((line) => line.includes('without a sender'))).to.have.lengthOf(1);
    });
  }

  it('is sent again to those only who were refused for it', async () => {
    let isNull = false;
    await at.connectTo({
      answer: (verb, line) => {
        if (verb === 'MAIL') isNull = line.startsWith('MAIL FROM:<>');
        return isNull && line.includes('<b@') ? '550 5.7.1 Null sender refused' : undefined;
      },
    });
    const receipts = await at.relay(['a@far.example', 'b@far.example'], { from: '' });
    expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(['delivered', 'delivered']);
    expect(at.isp.commands.filter((line) => line.startsWith('RCPT'))).to.deep.equal([
      'RCPT TO:<a@far.example>',
      'RCPT TO:<b@far.example>',
      'RCPT TO:<b@far.example>',
    ]);
  });

  for (const [reason, refusal, verb] of [
    ['the recipient', '550 5.1.1 No such user', 'RCPT'],
    ['its content', '554 5.6.0 Spam', 'DOT'],
    ['its size', '552 5.3.4 Too large', 'MAIL'],
    ['a limit', '550 5.4.5 Daily sending quota exceeded', 'MAIL'],
    ['the login', '530 5.7.0 Log in', 'MAIL'],
    ['something that passes', '451 4.3.0 Later', 'MAIL'],
  ] as const) {
    it(`keeps its null sender where it is refused for ${reason}`, async () => {
      await at.connectTo({ answer: refusing(refusal, verb) });
      expect((await at.one({ from: '' }))?.outcome).to.be.oneOf(['failed', 'deferred']);
      expect(senders()).to.deep.equal(['<>']);
      expect(problems()).to.deep.equal([]);
    });
  }

  it('was not the reason where the account is refused too, and nothing is learned', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'MAIL' ? '550 5.7.1 Go away' : undefined) });
    expect(await at.one({ from: '' })).to.include({ outcome: 'failed', status: '5.7.1' });
    expect(senders()).to.deep.equal(['<>', '<mail@company.com>']);
    await at.one({ from: '' });
    expect(senders().slice(2)).to.deep.equal(['<>', '<mail@company.com>']);
    expect(problems()).to.deep.equal([]);
  });

  it('goes as the setting says', async () => {
    await at.connectTo({ answer: refusing('550 5.7.1 No') }, { 'smtp.nullSender': 'keep' });
    expect(await at.one({ from: '' })).to.include({ outcome: 'failed', text: '550 5.7.1 No' });
    expect(senders()).to.deep.equal(['<>']);
    expect(problems()).to.have.lengthOf(1);
    expect(problems()[0]).to.match(/They are not sent, and nobody is told\. Set "smtp\.nullSender"/);
    at.host.set('smtp.nullSender', 'account');
    expect(await at.one({ from: '' })).to.include({ outcome: 'delivered' });
    expect(senders().slice(1)).to.deep.equal(['<mail@company.com>']);
  });

  it('is nothing to a message that has one', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'MAIL' ? '550 5.7.1 This sender may not be used here' : undefined) });
    expect(await at.one()).to.include({ outcome: 'failed' });
    expect(senders()).to.deep.equal(['<mail@company.com>']);
  });
});
