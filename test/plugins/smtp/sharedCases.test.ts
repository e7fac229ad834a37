// Cases of the shared folder that sending is about, played as their transcripts say: 022, 023, 024, 028.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { playedCase } from '../../kit/publicCases.js';
import { relayingHost } from './relay/relayingHost.js';
import { servedHost } from './submission/servedHost.js';

/** The lines of a case's transcript; skips the test where the case is missing. */
function transcript(number: string, test: Mocha.Context): readonly string[] {
  return readFileSync(path.join(playedCase(number, test), 'input.transcript'), 'utf8').split(/\r?\n/);
}

/** What a side says, without its mark. */
function said(lines: readonly string[], side: 'C' | 'S'): readonly string[] {
  return lines.filter((line) => line.startsWith(`${side}: `)).map((line) => line.slice(3));
}

describe('cases of relaying', () => {
  const at = relayingHost();
  beforeEach(() => at.connectTo());

  it('case 022: ten recipients at a time, and the rest at once', async function () {
    const lines = transcript('022', this);
    const most = Number(/r(\d+)@far\.example>$/m.exec(said(lines, 'C').join('\n'))?.[1]);
    const refusal = /then (\d{3} .*)$/m.exec(said(lines, 'S').join('\n'))?.[1] ?? '';
    let taken = 0;
    at.isp.script = {
      answer: (verb) => {
        if (verb === 'MAIL') taken = 0;
        return verb === 'RCPT' && ++taken > 10 ? refusal : undefined;
      },
    };
    const sizes: number[] = [];
    const receipts = await at.relay(
      Array.from({ length: most }, (_, number) => `r${number + 1}@far.example`),
      { beforeEndOfData: async (some = []) => void sizes.push(some.length) },
    );
    expect(receipts.map(({ outcome }) => outcome)).to.deep.equal(Array(35).fill('delivered'));
    expect(sizes).to.deep.equal([10, 10, 10, 5]);
  });

  it('case 024: a host that refuses the null sender gets the receipt all the same', async function () {
    const lines = said(transcript('024', this), 'S').join('\n');
    const refusals = [...lines.matchAll(/\b5\d\d 5\.\d\.\d [^)(]+/g)].map(([text]) => text.trim());
    expect(refusals).to.have.lengthOf(2);
    for (const refusal of refusals) {
      at.isp.script = { answer: (_verb, line) => (line.startsWith('MAIL FROM:<>') ? refusal : undefined) };
      expect(await at.one({ from: '' }), refusal).to.include({ outcome: 'delivered' });
      expect(at.isp.commands.some((line) => line.startsWith('MAIL FROM:<mail@company.com>'))).to.equal(true);
    }
    expect(at.host.events.filter(({ type }) => type === 'problem')).to.have.lengthOf(1);
  });

  it('case 028: a reply whose last line is another one than its first is no success', async function () {
    const lines = said(transcript('028', this), 'S');
    const [first = '', last = ''] = lines.filter((line) => /^[25]\d\d[ -]/.test(line));
    for (const reply of [`${first}\n${last}`, `${first}\n451 4.3.0 later`, '200-text\n550 text', '25X OK', '250OK', '2']) {
      for (const verb of ['MAIL', 'RCPT', 'DATA', 'DOT']) {
        at.isp.script = { answer: (asked) => (asked === verb ? reply : undefined) };
        const receipt = await at.one();
        expect(receipt, `${verb} ${reply}`).to.include({ outcome: 'deferred' });
        expect(receipt?.unsure, `${verb} ${reply}`).to.equal(verb === 'DOT' ? true : undefined);
      }
    }
  });
});

describe('cases of devices', () => {
  const at = servedHost();

  it('case 023: a bare address is taken from a trusted network', async function () {
    await at.serve();
    const client = await at.open();
    for (const line of said(transcript('023', this), 'C')) expect(await client.say(line), line).to.match(/^250 /);
    await client.run('DATA');
    expect(await client.say('Subject: disk 3\r\n\r\nfailed\r\n.')).to.match(/^250 /);
    expect(at.host.submitted[0]?.submission).to.deep.include({ from: 'lisa@works.example', recipients: [{ address: 'bob@far.example' }] });
  });
});
