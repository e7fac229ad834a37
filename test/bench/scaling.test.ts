// Where the bench puts servers and load, which threads it tells apart, and what more cores would bring.
import { expect } from 'chai';
import { coresIn, placed, placementOn } from './placement.js';
import type { ThreadTime } from './processes.js';
import { faster, type Row, shorter } from './row.js';
import { mostOn, scalingLines } from './scaling.js';
import { threadCosts, threadsNote } from './threads.js';

function thread(number: number, name: string, ms: number): ThreadTime {
  return { thread: number, name, ms };
}

describe('the cores of a run', () => {
  it('are the first ones for what is measured, and the others for the load', () => {
    expect(placementOn(1, [0, 1])).to.deep.equal({ measured: ['taskset', '-c', '0'], load: ['taskset', '-c', '1'] });
    expect(placementOn(2, [2, 3, 8, 9])).to.deep.equal({ measured: ['taskset', '-c', '2,3'], load: ['taskset', '-c', '8,9'] });
  });

  it('are shared where none is left for the load', () => {
    expect(placementOn(2, [0, 1]).load).to.deep.equal([]);
  });

  it('stand before a command', () => {
    expect(placed(['taskset', '-c', '0'], 'postfix', ['start'])).to.deep.equal(['taskset', ['-c', '0', 'postfix', 'start']]);
    expect(placed([], 'postfix', ['start'])).to.deep.equal(['postfix', ['start']]);
  });

  it('are read as Linux lists them', () => {
    expect(coresIn('0-2,5')).to.deep.equal([0, 1, 2, 5]);
    expect(coresIn('3')).to.deep.equal([3]);
  });
});

describe('the threads of a server', () => {
  it('are told apart by their names', () => {
    const before = [thread(50, 'MainThread', 100), thread(51, 'V8Worker', 10)];
    const after = [
      thread(50, 'MainThread', 350),
      thread(51, 'V8Worker', 20),
      thread(52, 'DelayedTaskSche', 1),
      thread(53, 'libuv-worker', 40),
      thread(54, 'libuv-worker', 20),
      thread(55, 'door-1', 70),
      thread(56, 'door-2', 50),
    ];
    expect(threadCosts(50, before, after, 1_000)).to.deep.equal([
      { kind: 'main', threads: 1, cost: 250, longest: 250 },
      { kind: 'door', threads: 2, cost: 120, longest: 70 },
      { kind: 'pool', threads: 2, cost: 60, longest: 40 },
      { kind: 'V8', threads: 2, cost: 11, longest: 10 },
    ]);
  });

  it('are told apart by their order where the program does not name them', () => {
    const after = [thread(60, 'node', 9), ...Array.from({ length: 8 }, (_, index) => thread(61 + index, 'node', 1))];
    expect(threadCosts(60, [], [...after].reverse(), 1_000).map(({ kind, threads }) => `${kind} ${threads}`)).to.deep.equal([
      'main 1',
      'V8 5',
      'pool and workers 3',
    ]);
  });

  it('stand below a row with what they took', () => {
    const costs = threadCosts(50, [], [thread(50, 'node', 250), thread(51, 'node', 10), thread(52, 'node', 20)], 1_000);
    expect(threadsNote(costs)).to.equal('threads of Postroom, us a message: main 250, V8 (2) 30.0');
  });
});

describe('the model of more cores', () => {
  it('is bound by all processes together, and then by the longest thread', () => {
    const costs = { whole: 300, load: 100, longest: 200 };
    expect(mostOn(1, costs)).to.equal(2_500);
    expect(mostOn(2, costs)).to.equal(5_000);
    expect(mostOn(16, costs)).to.equal(5_000);
    expect(mostOn(16, { ...costs, longest: 0 })).to.equal(40_000);
  });

  it('says what each row gained from more cores, in rates and in times', () => {
    const rows = (ours: number, peer: number): readonly Row[] => [
      faster('SMTP', 'messages/s', ours, peer, 3),
      shorter('fetch', 's', 1_000 / ours, 1_000 / peer, 0.5),
    ];
    expect(
      scalingLines(
        new Map([
          [1, rows(1_000, 500)],
          [2, rows(1_500, 900)],
        ]),
      ),
    ).to.deep.equal([
      'SMTP: from 1 to 2 cores ours gains 1.50 x, the peer 1.80 x',
      'fetch: from 1 to 2 cores ours gains 1.50 x, the peer 1.80 x',
    ]);
    expect(scalingLines(new Map())).to.deep.equal([]);
  });
});
