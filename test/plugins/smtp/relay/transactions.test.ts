// Hosts that take few recipients in one transaction, or few transactions in one session: the rest follows at once.
import type { RelayDestinations } from '@postroom/sdk';
import { expect } from 'chai';
import type { Script } from '../scriptedServer.js';
import { relayingHost } from './relayingHost.js';

const FULL = '452 4.5.3 Too many recipients';

describe('hosts that take few recipients at a time', () => {
  const at = relayingHost();
  const addresses = (many: number): string[] => Array.from({ length: many }, (_, number) => `r${number + 1}@far.example`);
  /** Refuses each recipient beyond so many of a transaction. */
  const taking = (most: number, refusal: string, extensions?: readonly string[]): Script => {
    let taken = 0;
    return {
      ...(extensions && { extensions }),
      answer: (verb) => {
        if (verb === 'MAIL' || verb === 'RSET') taken = 0;
        if (verb === 'RCPT' && ++taken > most) return refusal;
        return undefined;
      },
    };
  };
  /** How many recipients stood in each transaction that got a text. */
  const sizes = (): number[] => {
    const counts: number[] = [];
    for (const verb of at.isp.verbs()) {
      if (verb === 'MAIL') counts.push(0);
      if (verb === 'RCPT') counts.push((counts.pop() ?? 0) + 1);
    }
    return counts;
  };

  it('sends the rest in further transactions of the same session, without a failed try (170)', async () => {
    await at.connectTo(taking(10, FULL));
    const told: string[] = [];
    const more: Partial<RelayDestinations> = {
      beforeEndOfData: async (some = []) => void told.push(`text to ${some.length}`),
      answered: async (receipts) => void told.push(`${receipts.length} ${receipts[0]?.outcome}`),
    };
    const receipts = await at.relay(addresses(35), more);
    expect(receipts.map(({ recipient }) => recipient)).to.have.members(addresses(35));
    expect(receipts.every(({ outcome }) => outcome === 'delivered')).to.equal(true);
    expect(at.isp.connections).to.equal(1);
    expect(at.isp.messages).to.have.lengthOf(4);
    expect(told).to.deep.equal(['text to 10', '10 delivered', 'text to 10', '10 delivered', 'text to 10', '10 delivered', 'text to 5']);
    expect(sizes(), 'the limit is known from the second transaction on').to.deep.equal([35, 10, 10, 5]);
    at.isp.commands.length = 0;
    await at.relay(addresses(12));
    expect(sizes(), 'and for the next message').to.deep.equal([10, 2]);
  });

  for (const refusal of [
    '552 5.5.3 Too many recipients',
    '552 Error: too many recipients',
    '452 Requested action not taken',
    '452 4.3.1 Insufficient system storage',
    '451 4.5.3 Too many recipients for this transaction',
    '450 4.5.3 Error: too many recipients',
    '550 5.5.3 Too many recipients',
    '554 5.7.1 Recipient limit per message exceeded',
    '451 4.3.0 Multiple destination domains per transaction is unsupported. Please try again.',
  ]) {
    for (const extensions of [undefined, ['AUTH PLAIN']] as const) {
      it(`understands "${refusal}" ${extensions ? 'one by one' : 'with commands sent together'}`, async () => {
        await at.connectTo(taking(3, refusal, extensions));
        const receipts = await at.relay(addresses(8));
        expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(Array(8).fill('delivered'));
        expect(at.isp.messages).to.have.lengthOf(3);
      });
    }
  }

  for (const refusal of [FULL, '552 5.5.3 Too many recipients', '550 5.5.3 Too many recipients', '451 4.5.3 Too many recipients']) {
    it(`tries again later where "${refusal}" answers the first recipient`, async () => {
      await at.connectTo({ answer: (verb) => (verb === 'RCPT' ? refusal : undefined) });
      const receipts = await at.relay(addresses(3));
      expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(['deferred', 'deferred', 'deferred']);
      expect(at.isp.verbs().filter((verb) => verb === 'MAIL')).to.have.lengthOf(1);
    });
  }

  it('takes 452 about a mailbox, and a limit of the day, for what they are', async () => {
    const answers: Record<string, string> = {
      'RCPT TO:<r2@far.example>': '452 4.2.2 Mailbox full',
      'RCPT TO:<r3@far.example>': '452 4.5.3 Too many recipients today: limit of 200 per day',
    };
    await at.connectTo({ answer: (_verb, line) => answers[line] });
    const receipts = await at.relay(addresses(4));
    expect(receipts.map(({ outcome, status }) => `${outcome} ${status}`)).to.deep.equal([
      'delivered 2.0.0',
      'deferred 4.2.2',
      'deferred 4.5.3',
      'delivered 2.0.0',
    ]);
    expect(at.isp.messages).to.have.lengthOf(1);
    at.isp.commands.length = 0;
    await at.relay(addresses(4));
    expect(sizes(), 'and learns no limit from them').to.deep.equal([4]);
  });

  it('goes on in another session where 421 says that it were too many', async () => {
    await at.connectTo(taking(4, '421 4.5.3 Too many recipients, closing'));
    const receipts = await at.relay(addresses(10));
    expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(Array(10).fill('delivered'));
    expect(at.isp.connections).to.equal(2);
    expect(at.isp.messages).to.have.lengthOf(3);
  });

  for (const end of ['421 4.7.0 Error: too many errors', 'cut']) {
    it(`goes on in another session where so many refusals end one by "${end}"`, async () => {
      let taken = 0;
      await at.connectTo({
        extensions: ['AUTH PLAIN'],
        answer: (verb, line) => {
          if (verb === 'MAIL') taken = 0;
          if (line === 'RCPT TO:<r2@far.example>') return '550 5.1.1 No such user';
          if (verb !== 'RCPT' || ++taken <= 4) return undefined;
          return taken < 8 ? FULL : end;
        },
      });
      const receipts = await at.relay(addresses(12));
      expect(receipts.filter(({ outcome }) => outcome === 'delivered')).to.have.lengthOf(11);
      expect(receipts.find(({ recipient }) => recipient === 'r2@far.example')).to.include({ outcome: 'failed', status: '5.1.1' });
      expect(receipts).to.have.lengthOf(12);
      expect(at.isp.connections).to.equal(2);
    });
  }

  it('halves a transaction whose text is not asked for because of its recipients', async () => {
    let taken = 0;
    await at.connectTo({
      answer: (verb) => {
        if (verb === 'MAIL') taken = 0;
        if (verb === 'RCPT') taken++;
        return verb === 'DATA' && taken > 5 ? '550 5.5.3 Too many recipients' : undefined;
      },
    });
    const receipts = await at.relay(addresses(16));
    expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(Array(16).fill('delivered'));
    expect(at.isp.messages).to.have.lengthOf(4);
  });

  for (const [verb, refusal] of [
    ['RCPT', FULL],
    ['MAIL', '421 4.7.0 Too many messages in this session'],
    ['MAIL', '452 4.7.1 Maximum messages per connection reached'],
    ['MAIL', 'cut'],
  ] as const) {
    it(`opens another session where the third ${verb} of one is answered by "${refusal}" (170)`, async () => {
      let seen = 0;
      await at.connectTo({
        answer: (asked) => {
          if (asked === 'GREETING') seen = 0;
          return asked === verb && ++seen > 2 ? refusal : undefined;
        },
      });
      for (const address of addresses(5)) {
        const [receipt] = await at.relay([address]);
        expect(receipt, address).to.include({ outcome: 'delivered' });
      }
      // To DATA without a recipient this server says 354 all the same, and gets a lone dot.
      expect(at.isp.messages.filter((text) => text !== '')).to.have.lengthOf(5);
      expect(at.isp.connections).to.equal(3);
    });
  }

  it('keeps what is known of the recipients before, where a later transaction breaks', async () => {
    let texts = 0;
    const script = taking(2, FULL);
    await at.connectTo({ answer: (verb, line) => (verb === 'DOT' && ++texts > 1 ? 'cut' : script.answer?.(verb, line)) });
    const told: string[] = [];
    const receipts = await at.relay(addresses(6), { answered: async (some) => void told.push(...some.map(({ recipient }) => recipient)) });
    expect(told.slice(0, 2)).to.deep.equal(['r1@far.example', 'r2@far.example']);
    expect(receipts.map(({ outcome, unsure = false }) => `${outcome} ${unsure}`)).to.deep.equal([
      'delivered false',
      'delivered false',
      'deferred true',
      'deferred true',
      'deferred false',
      'deferred false',
    ]);
  });

  it('keeps it as well where this server fails between two transactions', async () => {
    await at.connectTo(taking(2, FULL));
    const answered = (): Promise<void> => Promise.reject(new Error('The disk is full.'));
    const receipts = await at.relay(addresses(4), { answered });
    expect(receipts.map(({ outcome, text }) => `${outcome} ${/disk is full/.test(text)}`)).to.deep.equal([
      'delivered false',
      'delivered false',
      'deferred true',
      'deferred true',
    ]);
    expect(at.isp.messages).to.have.lengthOf(1);
  });
});

describe('hosts that announce their limits', () => {
  const at = relayingHost();
  const transactions = (): string[] =>
    at.isp.commands
      .filter((line) => /^(?:MAIL|RCPT)/.test(line))
      .join('\n')
      .split(/^MAIL.*\n/m)
      .slice(1)
      .map((lines) => lines.trim().replaceAll('RCPT TO:', '').replaceAll('\n', ' '));
  const LISTS = ['a@one.example', 'b@two.example', 'c@one.example', 'd@two.example', 'e@one.example'];

  it('sends no more recipients, domains and messages at a time than LIMITS says (171)', async () => {
    await at.connectTo({ extensions: ['PIPELINING', 'AUTH PLAIN', 'LIMITS RCPTMAX=2 MAILMAX=2'] });
    expect((await at.relay(LISTS)).map(({ outcome }) => outcome)).to.deep.equal(Array(5).fill('delivered'));
    expect(transactions()).to.deep.equal(['<a@one.example> <b@two.example>', '<c@one.example> <d@two.example>', '<e@one.example>']);
    expect(at.isp.connections).to.equal(2);
    at.isp.commands.length = 0;
    await at.renew({ extensions: ['AUTH PLAIN', 'LIMITS RCPTDOMAINMAX=1'] });
    await at.relay(LISTS);
    expect(transactions()).to.deep.equal(['<a@one.example> <c@one.example> <e@one.example>', '<b@two.example> <d@two.example>']);
  });

  it('passes over limits that are none', async () => {
    await at.connectTo({ extensions: ['AUTH PLAIN', 'LIMITS RCPTMAX=0 MAILMAX=x RCPTDOMAINMAX=1234567 OTHER=1'] });
    await at.relay(LISTS);
    expect(transactions()).to.have.lengthOf(1);
  });
});
