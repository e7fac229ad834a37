// Replies that say two things, or that only look like a success (RFC 5321 section 4.2.1): none of them counts as one.
import { expect } from 'chai';
import { contradicts, isSuccess } from '#plugins/smtp/dist/relay/replyLines.js';
import { relayingHost } from './relayingHost.js';

const TWO_CODES = [
  '250-queued for inspection\n550 5.7.1 refused after all',
  '250-queued\n451 4.3.0 later',
  '200-text\n550 text',
  '250-ok\n251 ok',
  '550-no\n250 2.0.0 ok',
  '250-ok\n250-ok\n2500 ok',
  '250-ok\nok',
];
const NO_SUCCESS = ['25X OK', '250OK', '2', '25', '2500 OK', '250_OK'];

describe('replies that contradict themselves', () => {
  const at = relayingHost();

  it('are known by their lines', async () => {
    await at.connectTo();
    for (const reply of [...TWO_CODES, ...NO_SUCCESS]) {
      expect(contradicts(reply), reply).to.equal(true);
      expect(isSuccess(reply), reply).to.equal(false);
    }
    for (const reply of ['250 OK', '250', '251 ok', '250-ok\n250 2.0.0 done', '250-ok\n250']) {
      expect(contradicts(reply), reply).to.equal(false);
      expect(isSuccess(reply), reply).to.equal(true);
    }
    for (const reply of ['550 no', '550-no\n550 never', '550no such user', '5']) expect(contradicts(reply), reply).to.equal(false);
  });

  for (const reply of [...TWO_CODES, ...NO_SUCCESS]) {
    it(`"${reply.replaceAll('\n', '", "')}" sends nothing before the text, and leaves in doubt behind it (172)`, async () => {
      await at.connectTo();
      for (const verb of ['MAIL', 'RCPT', 'DATA']) {
        at.isp.script = { answer: (asked) => (asked === verb ? reply : undefined) };
        expect(await at.one(), verb)
          .to.include({ outcome: 'deferred' })
          .and.not.have.property('unsure');
        expect(at.isp.messages, verb).to.deep.equal([]);
      }
      at.isp.script = { answer: (asked) => (asked === 'DOT' ? reply : undefined) };
      expect(await at.one(), 'DOT').to.include({ outcome: 'deferred', unsure: true });
      at.isp.script = {};
      expect(await at.one()).to.include({ outcome: 'delivered' });
    });
  }

  it('about one recipient put off that one alone, who gets no text meanwhile', async () => {
    await at.connectTo({ answer: (_verb, line) => (line.includes('<b@') ? '250-ok\n550 no' : undefined) });
    const receipts = await at.relay(['a@far.example', 'b@far.example', 'c@far.example']);
    expect(receipts.map(({ recipient, outcome }) => `${recipient} ${outcome}`)).to.have.members([
      'a@far.example delivered',
      'b@far.example deferred',
      'c@far.example delivered',
    ]);
    expect(at.isp.messages).to.have.lengthOf(1);
  });

  it('put all off where every recipient is answered so', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'RCPT' ? '250-ok\n550 no' : undefined) });
    const receipts = await at.relay(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@far.example`));
    expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(Array(6).fill('deferred'));
    expect(at.isp.connections).to.be.at.most(5);
  });

  it('to RSET end the session', async () => {
    await at.connectTo({ answer: (verb) => ({ RCPT: '550 5.1.1 No', RSET: '250-ok\n550 no' })[verb] });
    await at.one();
    at.isp.script = {};
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(at.isp.connections).to.equal(2);
  });
});
