import { expect } from 'chai';
import fc from 'fast-check';
import type { Database } from '#plugins/store-postgres/dist/engine/database.js';
import { SharedTally } from '#plugins/store-postgres/dist/outbox/sharedTally.js';
import { until } from '../../../kit/until.js';

interface Entry {
  readonly id: number;
  readonly message: number;
  readonly queuedAt: number;
  untried: boolean;
}

/** A table `outbox`, as far as the tally reads it. */
class Table {
  entries: Entry[] = [];
  looks = 0;
  /** How often all was read. */
  readings = 0;
  /** Runs after the rows were taken and before they are handed over. */
  whileRead: () => void = () => undefined;

  readonly database = {
    rows: async () => {
      await Promise.resolve();
      this.looks += 1;
      return [
        {
          entries: this.entries.length,
          numbers: this.entries.reduce((sum, { id }) => sum + id, 0),
          untried: this.entries.filter(({ untried }) => untried).length,
        },
      ];
    },
    copyOut: () => this.#read(),
  } as unknown as Database;

  async *#read(): AsyncGenerator<readonly Buffer[]> {
    await Promise.resolve();
    this.readings += 1;
    const octets = Buffer.alloc(this.entries.length * 32);
    for (const [row, { id, message, queuedAt, untried }] of this.entries.entries()) {
      for (const [column, value] of [id, message, queuedAt, untried ? 1 : 0].entries())
        octets.writeBigInt64BE(BigInt(value), row * 32 + column * 8);
    }
    this.whileRead();
    yield [octets];
  }
}

/** The counts as they would be found by looking at every entry. */
function counted(entries: readonly Entry[]): object {
  const messages = new Set(entries.map(({ message }) => message));
  const untried = [...messages].filter((message) => entries.every((entry) => entry.message !== message || entry.untried));
  const [first] = entries;
  return {
    messages: messages.size,
    recipients: entries.length,
    untried: untried.length,
    oldest: first === undefined ? undefined : new Date(first.queuedAt),
  };
}

describe('The tally of an Outbox that several servers fill', () => {
  let table: Table;
  let tally: SharedTally;
  beforeEach(() => {
    table = new Table();
    tally = new SharedTally(table.database);
  });

  function queue(id: number, message: number): void {
    const entry = { id, message, queuedAt: id * 1_000 };
    table.entries.push({ ...entry, untried: true });
    tally.queued([{ ...entry, isUntried: true }]);
  }

  it('is after any changes of its own what counting again gives', () => {
    const step = fc.record({ what: fc.constantFrom('queue', 'gone', 'move'), message: fc.nat(4), pick: fc.nat(), untried: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        table = new Table();
        tally = new SharedTally(table.database);
        for (const [number, { what, message, pick, untried }] of steps.entries()) {
          const entry = table.entries[pick % Math.max(1, table.entries.length)];
          if (what === 'queue') queue(number + 1, message);
          else if (entry !== undefined && what === 'gone') {
            table.entries = table.entries.filter(({ id }) => id !== entry.id);
            tally.gone([entry.id]);
          } else if (entry !== undefined) {
            entry.untried = untried;
            tally.moved([{ id: entry.id, isUntried: untried }]);
          }
        }
        expect(tally.counts).to.deep.equal(counted(table.entries));
      }),
    );
  });

  it('reads all again where another server changed something, and only there', async () => {
    queue(1, 1);
    await tally.look();
    expect(table.readings).to.equal(0);
    table.entries.push({ id: 2, message: 1, queuedAt: 2_000, untried: false });
    await tally.look();
    expect([table.readings, tally.counts]).to.deep.equal([1, counted(table.entries)]);
  });

  it('looks at once at the first news, and once more for all that come in the next moment', async () => {
    for (let news = 0; news < 5; news += 1) tally.heard();
    await until('it looked again', () => table.looks === 2);
    tally.heard();
    tally.dispose();
    expect(table.looks).to.equal(2);
  });

  it('keeps what it changed itself while it reads', async () => {
    queue(1, 1);
    table.whileRead = () => {
      table.whileRead = () => undefined;
      queue(2, 2);
      table.entries = table.entries.filter(({ id }) => id !== 1);
      tally.gone([1]);
    };
    await tally.read();
    expect(tally.counts).to.deep.equal(counted(table.entries));
  });

  it('tells who listens once it has read', async () => {
    let told = 0;
    const listening = tally.onDidChange(() => {
      told += 1;
    });
    table.entries.push({ id: 1, message: 1, queuedAt: 1_000, untried: true });
    await tally.look();
    await Promise.resolve();
    expect([told, tally.counts.recipients]).to.deep.equal([1, 1]);
    listening.dispose();
  });
});
