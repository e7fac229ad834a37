import type { DoorLine } from '@postroom/sdk/services';
import { expect } from 'chai';
import { DoorSink } from '#plugins/pop3/dist/client/door/doorSink.js';
import type { ReadBatch } from '#plugins/pop3/dist/client/door/sessionWords.js';

const MB = 1024 * 1024;

/** A line whose other end is busy. */
class BusyLine implements DoorLine {
  readonly told: unknown[] = [];
  asked = 0;
  ask<Answer>(): Promise<Answer> {
    this.asked += 1;
    return new Promise(() => {});
  }
  answer(): void {}
  tell(_word: string, value: unknown): void {
    this.told.push(value);
  }
  hear(): void {}
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what a door hands over of an ISP session', () => {
  it('goes as one list a turn, in the order in which it was read', async () => {
    const line = new BusyLine();
    const sink = new DoorSink(7, line);
    for (const [at, text] of ['one', '', 'three'].entries()) void sink.whole(at, Buffer.from(text), `print ${at}`);
    sink.failed(3, 'Not this one.');
    sink.lost(4);
    expect(line.told).to.deep.equal([]);
    await turn();
    const [batch] = line.told as [ReadBatch];
    expect(line.told).to.have.length(1);
    expect(Buffer.from(batch.octets).toString()).to.equal('onethree');
    expect({ ...batch, octets: 0 }).to.deep.equal({
      session: 7,
      octets: 0,
      events: [
        ['whole', 0, 0, 3, 'print 0'],
        ['whole', 1, 3, 3, 'print 1'],
        ['whole', 2, 3, 8, 'print 2'],
        ['failed', 3, 'Not this one.'],
        ['lost', 4],
      ],
    });
  });

  it('is no more than two megabytes ahead of intake', async () => {
    const sink = new DoorSink(1, new BusyLine());
    for (let at = 0; at < 16; at += 1) expect(sink.whole(at, Buffer.alloc(MB / 8), undefined)).to.equal(undefined);
    let isOn = false;
    const waiting = sink.whole(16, Buffer.alloc(1), undefined)?.then(() => {
      isOn = true;
    });
    await turn();
    expect(isOn).to.equal(false);
    sink.taken(MB / 8);
    await waiting;
    expect(isOn).to.equal(true);
  });

  it('waits for nobody once nothing more is wanted', async () => {
    const sink = new DoorSink(1, new BusyLine());
    const waiting = sink.whole(0, Buffer.alloc(3 * MB), undefined);
    sink.stop();
    await waiting;
    expect(sink.isStopped).to.equal(true);
  });

  it('asks the line for no more of a large message than one piece while intake is busy', async () => {
    const line = new BusyLine();
    let pulled = 0;
    const read = async function* (): AsyncGenerator<Uint8Array> {
      for (; pulled < 48 * MB; pulled += 16 * 1024) yield Buffer.alloc(16 * 1024);
    };
    void new DoorSink(1, line).streamed(0, { print: undefined, hasFailed: false, read });
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(pulled).to.be.at.most(64 * 1024);
    // The stream, and its first piece.
    expect(line.asked).to.equal(2);
  });
});
