// What servers print where somebody has sent enough for now, in the words of those that are in use, and what only reminds of it.
import { expect } from 'chai';
import { asksForAnotherTransaction, speaksOfLimit, speaksOfRecipients, speaksOfSession } from '#plugins/smtp/dist/relay/limitWordings.js';
import { judge } from '#plugins/smtp/dist/relay/replies.js';
import { relayingHost } from './relayingHost.js';

const LIMITS = [
  '550 5.4.5 Daily sending quota exceeded',
  '550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n550 5.4.5 sending limits go to the help pages - gsmtp',
  '550 5.4.5 Daily SMTP relay limit exceeded for customer',
  '550 5.1.90 Your message cannot be sent because you have reached your daily limit for message recipients',
  '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message',
  '550 5.7.705 Access denied, tenant has exceeded threshold',
  '550 5.7.233 Message cannot be sent because the tenant exceeded its daily limit for sending to external recipients',
  '550 5.2.121 Recipient cannot accept more messages: per hour message receive limit exceeded',
  '554 5.7.1 Rate limit exceeded',
  '554 5.7.0 Message rate limit exceeded for this account',
  '550 Ratelimit "user" exceeded',
  '550 5.7.1 Too many messages from this account, slow down',
  '550 5.7.1 Your mail limit has been reached.',
  '550 Mail send limit exceeded.',
  '554 5.7.1 <bob@far.example>: Recipient address rejected: You have exceeded your Outmail quota.',
  '552 Message would take you over your relay quota of 500. Current quota used: 487',
  '554 5.7.1 <DATA>: Data command rejected: only 10 messages per day',
  '550 Domain works.example has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.',
  '550 Domain works.example has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.',
  '550 message count quota exceeded',
  '554 5.7.1 Number recipients per hour exceeded',
  '550 5.7.1 User mail has exceeded its 24-hour sending limit. Messages to 250 recipients out of 250 allowed have been sent.',
  '550 5.4.6 Unusual sending activity detected. Please try after sometime',
  '554 Throttling failure: Maximum sending rate exceeded.',
  '554 Daily message quota exceeded.',
  '550 5.7.1 quota exceeded for sending',
  '550 you are sending too fast',
  '550-5.2.1 The user you are trying to contact is receiving mail at a rate that\n550-5.2.1 prevents additional messages from being delivered.\n550 5.2.1 Try later',
  '554 5.7.1 Sorry, too many connections from your account',
  '550 5.5.3 Too many recipients',
];

const OTHERS = [
  '550 5.1.1 No such user',
  '552 5.2.2 Mailbox full',
  '552-5.2.2 The email account that you tried to reach is over quota and inactive.\n552 5.2.2 Please direct the recipient to the help pages',
  '554 5.2.2 mailbox quota exceeded',
  '550 Mailbox is full: storage limit reached',
  '552 5.3.4 Message size exceeds fixed limit',
  '552 Message exceeds the maximum size of 20 MB allowed per message',
  '552 5.2.3 Message exceeds the size limit of the recipient',
  '554 5.4.6 Too many hops',
  '554 5.4.14 Hop count exceeded - possible mail loop',
  '554 5.7.1 Spam message rejected',
  '550 5.7.1 Relaying denied',
  '550 5.7.1 This sender may not be used here',
  '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP',
  '554 5.6.0 Line too long',
  '550 Please send mail to our daily newsletter address instead',
];

describe('refusals that speak of a limit', () => {
  const at = relayingHost();
  beforeEach(() => at.connectTo());

  it('are sent later, whatever the code says', () => {
    for (const response of LIMITS) {
      expect(speaksOfLimit(response), response).to.equal(true);
      const responseCode = Number(response.slice(0, 3));
      for (const [code, command] of [
        ['EENVELOPE', 'MAIL FROM'],
        ['EENVELOPE', 'RCPT TO'],
        ['EMESSAGE', 'DATA'],
      ]) {
        const verdict = judge({ message: 'x', code, command, response, responseCode });
        expect(verdict.outcome, `${command}: ${response}`).to.equal('deferred');
        expect(verdict.status, `${command}: ${response}`).to.match(/^4\./);
      }
    }
  });

  it('are not taken for those of a mailbox, a size, or a message that is unwanted', () => {
    for (const response of OTHERS) {
      expect(speaksOfLimit(response), response).to.equal(false);
      const verdict = judge({ message: 'x', code: 'EMESSAGE', command: 'DATA', response, responseCode: Number(response.slice(0, 3)) });
      expect(verdict.outcome, response).to.equal('failed');
    }
  });

  it('stay refusals where the message is sent in a session, and are told word for word', async () => {
    for (const verb of ['MAIL', 'RCPT', 'DATA', 'DOT']) {
      at.isp.script = { answer: (asked) => (asked === verb ? '550 5.4.5 Daily sending quota exceeded' : undefined) };
      expect(await at.one(), verb).to.include({ outcome: 'deferred', status: '4.4.5', text: '550 5.4.5 Daily sending quota exceeded' });
    }
  });

  it('tell a transaction from a session and from a day', () => {
    for (const reply of ['452 4.5.3 Too many recipients', '452 try again', '552 Too many', '450 max 10 recipients per message'])
      expect(asksForAnotherTransaction(reply), reply).to.equal(true);
    for (const reply of [
      '452 4.2.2 Mailbox full',
      '452 4.1.1 Unknown',
      '450 4.2.0 Greylisted',
      '452 4.5.3 200 recipients per hour',
      '550 No',
    ])
      expect(asksForAnotherTransaction(reply), reply).to.equal(false);
    expect(speaksOfRecipients('554 5.5.3 no')).to.equal(true);
    expect(speaksOfSession('421 4.7.0 Too many messages in this session')).to.equal(true);
    expect(speaksOfSession('452 4.4.2 connection rate limit exceeded')).to.equal(false);
  });

  it('are found in linear time in what a server makes long', () => {
    for (const piece of ['too many ', 'limit ', 'exceed a ', 'recipients ', 'per hour ', 'quota', '\n550-', ' ']) {
      const began = performance.now();
      speaksOfLimit(`550 ${piece.repeat(200_000)}`);
      asksForAnotherTransaction(`550 ${piece.repeat(200_000)}`);
      speaksOfSession(`550 ${piece.repeat(200_000)}`);
      expect(performance.now() - began, piece).to.be.below(1_000);
    }
  });
});
