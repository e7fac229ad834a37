import { Resolver } from 'node:dns';
import { expect } from 'chai';
import { until } from '../../../kit/until.js';
import type { Script } from '../scriptedServer.js';
import { relayingHost, TEXT } from './relayingHost.js';

describe('relaying to the ISP', () => {
  const at = relayingHost();

  it('leaves local mailboxes to others', async () => {
    await at.connectTo();
    const request = { mail: undefined as never, to: { kind: 'mailboxes' as const, mailboxes: [] } };
    expect(await at.host.deliver(request, { signal: at.abort.signal })).to.equal(undefined);
  });

  it('R07 R08 sends one message to many recipients in one transaction and answers for each', async () => {
    const answers: Record<string, string> = {
      'RCPT TO:<b@b.example>': '251 will forward',
      'RCPT TO:<c@b.example>': '550 5.1.1 No such user',
    };
    await at.connectTo({ answer: (_verb, line) => answers[line] });
    expect(await at.relay(['a@b.example', 'b@b.example', 'c@b.example'])).to.deep.equal([
      { recipient: 'a@b.example', outcome: 'delivered', status: '2.0.0', text: '250 2.0.0 Queued as 4711', remote: '127.0.0.1' },
      { recipient: 'b@b.example', outcome: 'delivered', status: '2.0.0', text: '250 2.0.0 Queued as 4711', remote: '127.0.0.1' },
      { recipient: 'c@b.example', outcome: 'failed', status: '5.1.1', text: '550 5.1.1 No such user', remote: '127.0.0.1' },
    ]);
    expect(at.isp.messages).to.deep.equal([TEXT]);
    expect(at.isp.commands[0]).to.equal('EHLO mail.office.example');
  });

  it('R07 sends 250 recipients in chunks of 100', async () => {
    await at.connectTo();
    const receipts = await at.relay(Array.from({ length: 250 }, (_, place) => `r${place}@b.example`));
    expect(receipts.every(({ outcome }) => outcome === 'delivered')).to.equal(true);
    expect(new Set(receipts.map(({ recipient }) => recipient)).size).to.equal(250);
    expect(at.isp.messages).to.have.lengthOf(3);
    expect(at.isp.connections).to.equal(1);
  });

  it('R09 R11 keeps 450 and 552 of RCPT for later, bounces 550 only', async () => {
    const answers: Record<string, string> = {
      'RCPT TO:<a@b.example>': '450 4.2.0 Greylisted',
      'RCPT TO:<b@b.example>': '550 5.1.1 No such user',
      'RCPT TO:<c@b.example>': '552 Too many recipients',
    };
    await at.connectTo({ answer: (_verb, line) => answers[line] });
    const receipts = await at.relay(['a@b.example', 'b@b.example', 'c@b.example']);
    expect(receipts.map(({ outcome, status }) => `${outcome} ${status}`)).to.deep.equal([
      'deferred 4.2.0',
      'failed 5.1.1',
      'deferred 4.5.3',
    ]);
    expect(at.isp.messages.filter((text) => text !== '')).to.deep.equal([]);
  });

  it('R10 goes on in the same session after all recipients were refused', async () => {
    await at.connectTo({ answer: (_verb, line) => (line.includes('<bad@') ? '550 5.1.1 No' : undefined) });
    await at.relay(['bad@b.example']);
    expect((await at.one())?.outcome).to.equal('delivered');
    expect(at.isp.connections).to.equal(1);
  });

  it('R12 R54 bounces what is refused at MAIL or after the text, and sends what comes behind it', async () => {
    let answer: string | undefined = '550 5.7.1 Sender refused';
    let verb = 'MAIL';
    await at.connectTo({ extensions: ['8BITMIME'], answer: (asked) => (asked === verb ? answer : undefined) }, { 'smtp.auth': 'none' });
    expect(await at.one()).to.include({ outcome: 'failed', status: '5.7.1' });
    verb = 'DOT';
    answer = '554-5.6.0 Spam\n554 5.6.0 really';
    expect(await at.one()).to.include({ outcome: 'failed', status: '5.6.0', text: '554-5.6.0 Spam 5.6.0 really' });
    answer = '452 4.2.2 Full';
    expect(await at.one()).to.include({ outcome: 'deferred', status: '4.2.2' });
    answer = undefined;
    expect(await at.one()).to.include({ outcome: 'delivered' });
  });

  it('R13 falls back to HELO', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'EHLO' ? '502 What?' : undefined) }, { 'smtp.auth': 'none' });
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(at.isp.verbs()).to.include('HELO');
  });

  it('R14 R17 takes 421 anywhere and 554 in the greeting for temporary', async () => {
    await at.connectTo();
    for (const verb of ['GREETING', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'DOT']) {
      at.isp.script = { answer: (asked) => (asked === verb ? '421 4.3.2 Going down' : undefined) };
      expect((await at.one())?.outcome, verb).to.equal('deferred');
    }
    at.isp.script = { answer: (asked) => (asked === 'GREETING' ? '554 5.7.1 Blocked' : undefined) };
    expect(await at.one())
      .to.deep.include({ outcome: 'deferred', status: '4.7.1' })
      .and.not.have.property('configuration');
  });

  it('R15 survives garbage and endless replies', async () => {
    await at.connectTo();
    for (const garbage of [
      'hello',
      '999 what',
      '250',
      'x'.repeat(2_000_000),
      Array(2_000)
        .fill(`250-${'y'.repeat(1_000)}`)
        .join('\n'),
    ]) {
      at.isp.script = { answer: (asked) => (asked === 'GREETING' ? garbage : undefined) };
      expect((await at.one())?.outcome, garbage.slice(0, 20)).to.equal('deferred');
    }
  });

  it('R15 says nothing more behind rubbish, which may have begun a text', async () => {
    await at.connectTo();
    for (const verb of ['MAIL', 'RCPT', 'DATA']) {
      at.isp.commands.length = 0;
      at.isp.script = { answer: (asked) => (asked === verb ? 'HTTP/1.1 302 Found' : undefined) };
      expect(await at.one(), verb)
        .to.include({ outcome: 'deferred' })
        .and.not.have.property('unsure');
      expect(at.isp.verbs()).to.not.include('RSET');
    }
    at.isp.script = {};
    expect(await at.one()).to.include({ outcome: 'delivered' });
  });

  it('R19 tries a refused connection again', async () => {
    await at.connectTo();
    await at.isp.stop();
    expect(await at.one())
      .to.include({ outcome: 'deferred', status: '4.4.2' })
      .and.not.have.property('configuration');
  });

  it('finds the ISP as the system does, and asks no DNS beside it', async () => {
    const asked: string[] = [];
    const { prototype } = Resolver;
    // oxlint-disable-next-line typescript/unbound-method -- put back below
    const { resolve4 } = prototype;
    const note = function (this: Resolver, name: string, ...more: unknown[]): void {
      asked.push(name);
      (resolve4 as (...all: unknown[]) => void).call(this, name, ...more);
    };
    Object.assign(prototype, { resolve4: note });
    try {
      await at.connectTo({}, { 'smtp.host': 'localhost' });
      expect(await at.one()).to.include({ outcome: 'delivered', remote: 'localhost' });
    } finally {
      prototype.resolve4 = resolve4;
    }
    expect(asked).to.deep.equal([]);
  });

  it('R20 is sure that nothing went out where the connection breaks before the final dot', async () => {
    await at.connectTo();
    for (const verb of ['GREETING', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA']) {
      at.isp.script = { answer: (asked) => (asked === verb ? 'cut' : undefined) };
      expect(await at.one(), verb)
        .to.include({ outcome: 'deferred' })
        .and.not.have.property('unsure');
    }
  });

  it('R15 sends no text where 250 answers DATA: a server that answers once too often would have a refused message counted as sent', async () => {
    const answers: Record<string, string> = { MAIL: '250 ok\n250 ok\n250 ok', DOT: '550 5.7.1 Refused' };
    await at.connectTo({ answer: (verb) => answers[verb] });
    const receipt = await at.one();
    expect(receipt).to.deep.include({ outcome: 'deferred', status: '4.4.2' });
    expect(receipt?.unsure).to.equal(undefined);
    expect(at.isp.messages).to.deep.equal([]);
    at.isp.script = {};
    expect((await at.one())?.outcome).to.equal('delivered');
  });

  it('R15 sends one command at a time to a server that announced PIPELINING and answers only the first of several', async () => {
    await at.connectTo({ answersFirstOnly: true }, { 'smtp.timeouts.replySeconds': 1 });
    expect(await at.one()).to.deep.include({ outcome: 'deferred', status: '4.4.2' });
    expect((await at.one())?.outcome).to.equal('delivered');
    expect(at.isp.messages).to.deep.equal([TEXT]);
  });

  it('R20 sends no final dot where the message cannot be read to its end', async () => {
    await at.connectTo();
    const content = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.from('Subject: half');
      throw new Error('disk read failed');
    };
    expect(await at.one({ content }))
      .to.include({ outcome: 'deferred' })
      .and.not.have.property('unsure');
    expect(at.isp.messages).to.deep.equal([]);
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(at.isp.messages).to.deep.equal([TEXT]);
  });

  it('R21 is unsure where the answer to the final dot does not come', async () => {
    await at.connectTo({ answer: (asked) => (asked === 'DOT' ? 'cut' : undefined) });
    expect(await at.one()).to.include({ outcome: 'deferred', unsure: true });
    at.isp.script = { answer: (asked) => (asked === 'DOT' ? 'gibberish' : undefined) };
    expect(await at.one()).to.include({ outcome: 'deferred', unsure: true });
  });

  it('waits with the final dot until it may be sent, and sends none where it may not', async () => {
    await at.connectTo();
    let order: string[] = [];
    const beforeEndOfData = async (recipients: readonly string[] = []): Promise<void> => {
      await until('the text has come', () => at.isp.unfinished === TEXT);
      order.push(`announced ${recipients.join(', ')}, ${at.isp.messages.length} received`);
    };
    const at2 = ['a@b.example', 'c@b.example'];
    expect((await at.relay(at2, { beforeEndOfData })).map(({ outcome }) => outcome)).to.deep.equal(['delivered', 'delivered']);
    expect(order).to.deep.equal(['announced a@b.example, c@b.example, 0 received']);
    expect(at.isp.messages).to.deep.equal([TEXT]);
    order = [];
    expect(await at.one({ beforeEndOfData: () => Promise.reject(new Error('There is no room.')) }))
      .to.include({ outcome: 'deferred', text: 'There is no room.' })
      .and.not.have.property('unsure');
    expect(at.isp.messages, 'nothing more').to.deep.equal([TEXT]);
    expect(await at.one()).to.include({ outcome: 'delivered' });
  });

  it('announces the recipients of a transaction that the ISP accepted, and tells what became of the one before', async () => {
    const refused = 'RCPT TO:<r1@b.example>';
    await at.connectTo({ answer: (_verb, line) => (line.startsWith(refused) ? '550 5.1.1 No such user' : undefined) });
    const told: string[] = [];
    const recipients = Array.from({ length: 101 }, (_, number) => `r${number}@b.example`);
    await at.relay(recipients, {
      beforeEndOfData: async (some = []) => void told.push(`data of ${some.length}`),
      answered: async (receipts) => void told.push(`${receipts.length} ${receipts[0]?.outcome}`),
    });
    expect(told).to.deep.equal(['data of 99', '100 delivered', 'data of 1']);
  });

  it('R22 R58 gives up when its time is over, unsure only after the text', async () => {
    const silentAt = (verb: string): Script => ({
      answer: (asked) => {
        if (asked !== verb) {
          return undefined;
        }
        setImmediate(() => at.abort.abort());
        return 'silence';
      },
    });
    await at.connectTo(silentAt('MAIL'));
    expect(await at.one())
      .to.include({ outcome: 'deferred' })
      .and.not.have.property('unsure');
    at.abort = new AbortController();
    at.isp.script = silentAt('DOT');
    expect(await at.one()).to.include({ outcome: 'deferred', unsure: true });
  });

  it('R25 does not care what becomes of QUIT', async () => {
    await at.connectTo({ answer: (asked) => (asked === 'QUIT' ? 'cut' : undefined) });
    expect(await at.one()).to.include({ outcome: 'delivered' });
    await at.host.clock.fire(10_000);
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(at.isp.connections).to.equal(2);
  });

  it('keeps the session for the next message, and opens another where the ISP closed it', async () => {
    await at.connectTo();
    await at.one();
    await at.one();
    expect(at.isp.verbs().filter((verb) => verb === 'AUTH')).to.have.lengthOf(1);
    await at.isp.dropAll();
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(at.isp.messages).to.have.lengthOf(3);
  });

  it('keeps no session for a message that is sent while the plugin ends', async () => {
    let ended: Promise<void> | undefined;
    await at.connectTo({
      answer: (verb) => {
        if (verb === 'DOT') ended = at.host.stop();
        return undefined;
      },
    });
    expect(await at.one()).to.include({ outcome: 'delivered' });
    await ended;
    expect(at.host.clock.waiting).to.equal(0);
  });

  it('sends again on a new session where a kept one breaks at MAIL', async () => {
    await at.connectTo();
    await at.one();
    let cuts = 0;
    at.isp.script = { answer: (asked) => (asked === 'MAIL' && cuts++ === 0 ? 'cut' : undefined) };
    expect(await at.one()).to.include({ outcome: 'delivered' });
    expect(at.isp.messages).to.have.lengthOf(2);
  });

  it('R14 takes no answer that comes before the text was sent for the answer to it', async () => {
    // One answer too many: to DATA, or to a recipient before it.
    await at.connectTo({ answer: (verb) => (verb === 'DATA' ? '354 Go ahead\n250 2.0.0 Queued' : undefined) });
    expect(await at.one()).to.include({ outcome: 'deferred' });
    expect(at.isp.messages).to.deep.equal([]);
  });

  it('takes what is no reply for no success', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'DOT' ? '2' : undefined) });
    expect(await at.one()).to.include({ outcome: 'deferred', unsure: true });
  });

  it('shows no password that the ISP repeats in any answer', async () => {
    await at.connectTo({ answer: (verb) => (verb === 'MAIL' ? '550 5.7.1 a-long-password is yours' : undefined) });
    at.host.secrets.set('smtp.password', 'a-long-password');
    expect((await at.one())?.text).to.equal('550 5.7.1 (hidden) is yours');
    expect(at.host.logged.join('\n')).to.not.include('a-long-password');
  });
});
