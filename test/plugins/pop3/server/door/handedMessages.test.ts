import type { MaildropPiece } from '@postroom/sdk/services';
import { expect } from 'chai';
import { LargeMessage, readMessages } from '#plugins/pop3/dist/server/door/handedMessages.js';
import { idLines, linesOf } from '#plugins/pop3/dist/server/door/idLines.js';
import { failureOf } from '../../../../kit/failureOf.js';

const piece = (number: number, text: string, last: boolean): MaildropPiece => ({ number, octets: Buffer.from(text), last });

async function* from(pieces: readonly MaildropPiece[], failure?: Error): AsyncGenerator<MaildropPiece> {
  for (const each of pieces) {
    await Promise.resolve();
    yield each;
  }
  if (failure !== undefined) throw failure;
}

describe('messages that are handed to a door', () => {
  it('lie one behind the other, with those that were removed meanwhile', async () => {
    const gone: MaildropPiece = { number: 2, octets: Buffer.alloc(0), last: true, missing: true };
    const { numbers, sizes, octets } = await readMessages(
      from([piece(1, 'on', false), piece(1, 'e', true), gone, piece(3, '', true), piece(4, 'four', true)]),
    );
    expect([numbers, sizes]).to.deep.equal([
      [1, 2, 3, 4],
      [3, -1, 0, 4],
    ]);
    expect(Buffer.from(octets).toString()).to.equal('onefour');
  });

  it('are those before one that fails, without its beginning', async () => {
    const { numbers, octets } = await readMessages(from([piece(1, 'one', true), piece(2, 'tw', false)], new Error('disk')));
    expect(numbers).to.deep.equal([1]);
    expect(Buffer.from(octets).toString()).to.equal('one');
  });

  it('are none where the first fails: it was asked for', async () => {
    expect((await failureOf(readMessages(from([piece(1, 'on', false)], new Error('disk'))))).message).to.equal('disk');
  });

  it('share no memory with what the store answered', async () => {
    const octets = Buffer.from('one');
    const answered = await readMessages(from([{ number: 1, octets, last: true }]));
    octets.fill(0);
    expect(Buffer.from(answered.octets).toString()).to.equal('one');
  });
});

describe('a large message that is handed to a door', () => {
  it('comes in parts of many pieces, the last one marked', async () => {
    const pieces = Array.from({ length: 5 }, (_, index) => piece(1, 'x'.repeat(64 * 1024), index === 4));
    const large = new LargeMessage(from(pieces));
    const parts = [await large.next(), await large.next(), await large.next()];
    expect(parts.map(({ octets, last }) => [octets.byteLength, last])).to.deep.equal([
      [128 * 1024, false],
      [128 * 1024, false],
      [64 * 1024, true],
    ]);
  });

  it('is no whole message where the store ends it too early', async () => {
    const large = new LargeMessage(from([piece(1, 'x', false)]));
    expect((await failureOf(large.next())).message).to.match(/too early/);
  });
});

describe('unique ids that are handed to a door', () => {
  it('are those of each number', () => {
    const ids = ['u1', 'a-longer-one', '!'];
    const there = linesOf(idLines((number) => ids[number - 1] ?? '', ids.length));
    expect([there(1), there(2), there(3)]).to.deep.equal(ids);
  });
});
