import {
  JOURNAL_PAGE,
  type JournalTuple,
  likePattern,
  numberOfMessage,
  type PieceSource,
  readInPieces,
  readJournal,
  traceWish,
} from '@postroom/sdk/store';
import { expect } from 'chai';
import fc from 'fast-check';

describe('A message that is read in pieces', () => {
  const PIECE = 4;
  const reader = (octets: Buffer, atOnce: number, asked: string[] = []): PieceSource => ({
    pieceOctets: PIECE,
    atOnce,
    buffers: 1,
    async fetch(_message, from, to) {
      asked.push(`${from}-${to}`);
      const pieces = Array.from({ length: to - from }, (_, index) => octets.subarray((from + index) * PIECE, (from + index + 1) * PIECE));
      return pieces.filter(({ length }) => length > 0);
    },
  });

  async function read(of: PieceSource, start: number, end: number): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of readInPieces(of, 7, start, end)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  it('is whole from wherever to wherever it is asked for, however many pieces a query brings', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(40), fc.nat(40), fc.integer({ min: 1, max: 3 }), async (length, start, atOnce) => {
        const text = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP'.slice(0, length);
        const from = Math.min(start, length);
        expect(await read(reader(Buffer.from(text), atOnce), from, length)).to.equal(text.slice(from));
      }),
    ));

  it('is asked for once, and no piece behind its end', async () => {
    const asked: string[] = [];
    await read(reader(Buffer.alloc(18), 2, asked), 5, 18);
    expect(asked).to.deep.equal(['1-3', '3-5']);
  });

  it('is damaged where a piece is missing or too short', async () => {
    for (const there of [7, 8, 0]) {
      const failure = await read(reader(Buffer.alloc(there), 2), 0, 10).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.include({ code: 'data/corrupt' });
      expect(failure)
        .to.have.property('message')
        .that.matches(/^Octets of message 7 are missing: .*"postroom doctor"/);
    }
  });

  it('fails for nobody who stopped before a failure', async () => {
    const failing: PieceSource = {
      ...reader(Buffer.alloc(20), 1),
      fetch: async (_, from) => (from === 0 ? [Buffer.alloc(PIECE)] : Promise.reject(new Error('away'))),
    };
    for await (const piece of readInPieces(failing, 7, 0, 20)) {
      expect(piece).to.have.length(PIECE);
      break;
    }
  });
});

describe('The journal of an account', () => {
  const tuple = (number: number): JournalTuple => [`u${String(number).padStart(6, '0')}`, 'stored', 5, 1_000, 0, 0, null, 0, null, false];

  it('is read page by page, each behind the one before', async () => {
    const all = Array.from({ length: JOURNAL_PAGE + 3 }, (_, number) => tuple(number));
    const asked: string[] = [];
    const entries = await readJournal(async (after) => {
      asked.push(after);
      const from = after === '' ? 0 : all.findIndex(([uidl]) => uidl === after) + 1;
      return JSON.stringify(all.slice(from, from + JOURNAL_PAGE));
    });
    expect([entries.size, asked]).to.deep.equal([JOURNAL_PAGE + 3, ['', 'u004999']]);
    expect(entries.get('u000000')).to.deep.equal({
      uidl: 'u000000',
      state: 'stored',
      listedSize: 5,
      since: new Date(1_000),
      attempts: 0,
      failures: 0,
    });
  });

  it('is empty where the engine finds nothing', async () => {
    expect((await readJournal(async () => null)).size).to.equal(0);
    expect((await readJournal(async () => undefined)).size).to.equal(0);
  });

  it('says what is known of a message, whichever way an engine says true', async () => {
    for (const yes of [true, 1] as const) {
      const known: JournalTuple = ['u', 'failed', -1, 1_000, 1, 2, 'print', yes, 'leave', yes];
      expect((await readJournal(async () => JSON.stringify([known]))).get('u')).to.deep.equal({
        uidl: 'u',
        state: 'failed',
        listedSize: -1,
        since: new Date(1_000),
        attempts: 1,
        failures: 2,
        headerPrint: 'print',
        isTold: true,
        order: 'leave',
        wasMissing: true,
      });
    }
  });
});

describe('What a trace is asked by', () => {
  it('is a number, a Message-ID, a UIDL of ours, or a part of a sender or subject', () => {
    expect(traceWish('  ')).to.equal(undefined);
    expect(traceWish(' 12 ')).to.deep.equal({ text: '12', number: 12, messageId: '12', pattern: '%12%', placement: -1 });
    expect(traceWish('<x@y.example>')).to.include({ text: '<x@y.example>', number: -1, messageId: 'x@y.example' });
    expect(traceWish('2s.0f3a9c41')).to.include({ placement: 100 });
  });

  it('means itself, whatever LIKE would make of it', () => {
    expect(likePattern('50%_\\')).to.equal('%50\\%\\_\\\\%');
  });

  it('names no message where it is no number of one', () => {
    expect(['7', '', '-1', '1.5', '7x', '1234567890123456'].map(numberOfMessage)).to.deep.equal([7, -1, -1, -1, -1, -1]);
  });
});
