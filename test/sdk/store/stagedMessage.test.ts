import type { IntakeUnit } from '@postroom/sdk/services';
import { type AddedPieces, StagedMessage, type StagingArea, stagedBodyOf } from '@postroom/sdk/store';
import { expect } from 'chai';
import fc from 'fast-check';

const PIECE = 8;

/** An engine that keeps pieces in memory. */
class Area implements StagingArea {
  readonly pieceOctets = PIECE;
  pieces: Buffer[] = [];
  dropped: AddedPieces[] = [];
  /** Runs before pieces are kept. */
  beforeAdd: () => Promise<void> = async () => undefined;

  async add(_message: number, first: number, pieces: readonly Uint8Array[]): Promise<void> {
    await this.beforeAdd();
    expect(first).to.equal(this.pieces.length);
    // A copy: the octets are the message's again once this resolves.
    this.pieces.push(...pieces.map((piece) => Buffer.from(piece)));
  }

  async *read(_message: number, octets: number): AsyncGenerator<Uint8Array> {
    yield* [Buffer.concat(this.pieces).subarray(0, octets)];
  }

  async drop(_message: number, added: AddedPieces): Promise<void> {
    this.dropped.push(added);
  }
}

async function octetsOf(body: StagedMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: Error) => error,
  );
}

describe('A message on its way into a store', () => {
  let area: Area;
  let body: StagedMessage;
  beforeEach(() => {
    area = new Area();
    body = new StagedMessage(7, area);
  });

  it('is after any additions, awaited or not, what was added, in whole pieces but the last', async () => {
    const addition = fc.record({ octets: fc.string({ maxLength: 5 * PIECE, unit: 'binary-ascii' }), isAwaited: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(addition, { maxLength: 12 }), async (additions) => {
        area = new Area();
        body = new StagedMessage(7, area);
        for (const { octets, isAwaited } of additions) {
          const added = body.append(Buffer.from(octets, 'latin1'));
          if (isAwaited) await added;
        }
        const whole = additions.map(({ octets }) => octets).join('');
        expect([body.size, await octetsOf(body), await octetsOf(body)]).to.deep.equal([whole.length, whole, whole]);
        const { first, pieces } = await body.lastPieces();
        const all = [...area.pieces, ...pieces];
        expect([first, body.hasSpilled]).to.deep.equal([area.pieces.length, area.pieces.length > 0]);
        expect(Buffer.concat(all).toString('latin1')).to.equal(whole);
        expect(all.slice(0, -1).every(({ length }) => length === PIECE)).to.equal(true);
      }),
    );
  });

  it('asks nobody to wait before it holds four pieces', async () => {
    expect(body.append(Buffer.alloc(4 * PIECE - 1))).to.equal(undefined);
    await body.append(Buffer.alloc(1));
    expect(area.pieces).to.have.length(4);
  });

  it('is read as it was when somebody began, whatever is added meanwhile', async () => {
    void body.append(Buffer.from('before'));
    const pieces = body.read();
    const first = await pieces.next();
    void body.append(Buffer.from('after'));
    expect([Buffer.from(first.value as Uint8Array).toString(), (await pieces.next()).done]).to.deep.equal(['before', true]);
  });

  it('lets go of nothing where nothing went ahead', async () => {
    void body.append(Buffer.alloc(PIECE));
    await body.discard();
    expect(area.dropped).to.deep.equal([]);
  });

  it('lets go of what went ahead, and says what may follow', async () => {
    await body.append(Buffer.alloc(4 * PIECE));
    area.beforeAdd = () => Promise.reject(new Error('The line is cut.'));
    await failureOf(Promise.resolve(body.append(Buffer.alloc(4 * PIECE))));
    await body.discard();
    await body.discard();
    expect(area.dropped).to.deep.equal([{ count: 4, mayFollow: true }]);
  });

  it('lets go of what is under way once it is there', async () => {
    let add = (): void => undefined;
    area.beforeAdd = () =>
      new Promise((resolve) => {
        add = resolve;
      });
    void body.append(Buffer.alloc(4 * PIECE));
    const discarded = body.discard();
    add();
    await discarded;
    expect(area.dropped).to.deep.equal([{ count: 4, mayFollow: false }]);
  });

  it('takes nothing more once it is stored or let go of, and goes with nothing that is stored', async () => {
    await body.append(Buffer.alloc(4 * PIECE));
    body.committed();
    expect(() => body.append(Buffer.alloc(1))).to.throw('Message 7 is committed; it takes no more octets.');
    expect((await failureOf(body.lastPieces())).message).to.equal('Message 7 is committed already.');
    await body.discard();
    expect(area.dropped).to.deep.equal([]);
  });

  it('is committed by the place that staged it only, and under its own number and size', () => {
    void body.append(Buffer.alloc(3));
    const unit = (message: { id: string; size: number }): IntakeUnit => ({ body, message }) as unknown as IntakeUnit;
    expect(stagedBodyOf(unit({ id: '7', size: 3 }), area)).to.equal(body);
    expect(() => stagedBodyOf(unit({ id: '7', size: 3 }), new Area())).to.throw(TypeError, 'stage() of the same store');
    expect(() => stagedBodyOf(unit({ id: '7', size: 4 }), area)).to.throw(RangeError, 'staged body 7 of 3 octets');
    expect(() => stagedBodyOf(unit({ id: '8', size: 3 }), area)).to.throw(RangeError, 'staged body 7 of 3 octets');
  });
});
