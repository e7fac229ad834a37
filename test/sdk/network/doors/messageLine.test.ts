import { setImmediate as turn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { PostroomError } from '@postroom/sdk';
import { type PairedDoorLines, pairedDoorLines } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { failureOf } from '../../../kit/failureOf.js';
import { until } from '../../../kit/until.js';

describe('the line to a door', () => {
  let lines: PairedDoorLines;
  beforeEach(() => {
    lines = pairedDoorLines();
  });
  afterEach(() => lines.close());

  it('answers what either side asks', async () => {
    lines.keeper.answer<number>('double', (value) => value * 2);
    lines.module.answer<string>('shout', async (text) => text.toUpperCase());
    expect(await lines.module.ask('double', 4)).to.equal(8);
    expect(await lines.keeper.ask('shout', 'ready')).to.equal('READY');
  });

  it('is heard in the order in which it was told, between questions and answers as well', async () => {
    const heard: unknown[] = [];
    lines.module.hear('line', (value) => void heard.push(value));
    lines.module.answer('ask', (value) => void heard.push(value));
    lines.keeper.tell('line', 1);
    const asked = lines.keeper.ask('ask', 2);
    lines.keeper.tell('line', 3);
    await asked;
    expect(heard).to.deep.equal([1, 2, 3]);
  });

  it('carries what is said in a turn as one message', async () => {
    const { port1, port2 } = new MessageChannel();
    const { MessageLine } = await import('@postroom/sdk/network');
    const line = new MessageLine(port1, () => undefined);
    const messages: unknown[] = [];
    port2.on('message', (message: unknown) => void messages.push(message));
    for (const value of [1, 2, 3]) line.tell('count', value);
    await until('a message came', () => messages.length > 0);
    expect(messages).to.deep.equal([
      [
        ['tell', 'count', 1],
        ['tell', 'count', 2],
        ['tell', 'count', 3],
      ],
    ]);
    line.close();
    await line.ended;
  });

  it('hands buffers over: they are empty where they came from', async () => {
    const { buffer } = new Uint8Array([1, 2, 3]);
    lines.module.answer<ArrayBuffer>('length', (value) => value.byteLength);
    const asked = lines.keeper.ask('length', buffer, [buffer]);
    expect(await asked).to.equal(3);
    expect(buffer.byteLength).to.equal(0);
  });

  it('brings a PostroomError as one, with its code and fields, and another error with its message and code', async () => {
    lines.keeper.answer('refuse', () => {
      throw new PostroomError('store/full', 'The disk is full.', { account: 'company', how: () => 1 });
    });
    lines.keeper.answer('fail', () => {
      throw Object.assign(new Error('cut'), { code: 'ECONNRESET' });
    });
    const refusal = (await failureOf(lines.module.ask('refuse', undefined))) as PostroomError;
    expect(refusal).to.be.instanceOf(PostroomError);
    expect(refusal).to.include({ code: 'store/full', message: 'The disk is full.' });
    expect(refusal.fields['account']).to.equal('company');
    expect(await failureOf(lines.module.ask('fail', undefined))).to.include({ message: 'cut', code: 'ECONNRESET' });
  });

  it('rejects a question that nobody answers', async () => {
    expect((await failureOf(lines.keeper.ask('nothing', 1))).message).to.contain('Nobody answers "nothing"');
  });

  it('fails what cannot cross, and what was said beside it arrives', async () => {
    const heard: unknown[] = [];
    lines.module.hear('line', (value) => void heard.push(value));
    lines.module.answer('give', () => () => 'a function');
    lines.keeper.tell('line', 1);
    lines.keeper.tell('line', () => 2);
    const asked = lines.keeper.ask('line', () => 3);
    lines.keeper.tell('line', 4);
    expect((await failureOf(asked)).message).to.match(/could not be cloned/);
    expect((await failureOf(lines.keeper.ask('give', 1))).message).to.match(/could not be cloned/);
    expect(heard).to.deep.equal([1, 4]);
    expect(lines.problems).to.have.length(1);
  });

  it('goes on where a listener throws', async () => {
    const heard: unknown[] = [];
    lines.module.hear('line', () => {
      throw new Error('a listener failed');
    });
    lines.module.hear('line', (value) => void heard.push(value));
    lines.keeper.tell('line', 1);
    await until('both listeners were called', () => heard.length === 1 && lines.problems.length === 1);
  });

  it('rejects with door/closed what waits for an answer when the door ends, and what is asked later; tells are dropped', async () => {
    lines.module.answer('never', () => new Promise(() => undefined));
    const waiting = failureOf(lines.keeper.ask('never', 1));
    await turn();
    await lines.close();
    expect(await waiting).to.include({ code: 'door/closed' });
    expect(await failureOf(lines.keeper.ask('never', 1))).to.include({ code: 'door/closed' });
    lines.keeper.tell('line', 1);
    expect(lines.problems).to.deep.equal([]);
  });

  it('delivers what was said before it was closed', async () => {
    const heard: unknown[] = [];
    lines.module.hear('last', (value) => void heard.push(value));
    lines.keeper.tell('last', 'word');
    await lines.close();
    expect(heard).to.deep.equal(['word']);
  });
});
