import { expect } from 'chai';
import { HandedPieces } from '#plugins/smtp/dist/submission/door/handedPieces.js';

const octets = (text: string): Uint8Array => Buffer.from(text);

describe('the pieces of a long message on the main thread', () => {
  it('asks for the next one when one is being read, so that no more than two are there', async () => {
    const pieces = new HandedPieces();
    const answers: string[] = [];
    const first = pieces.push(octets('one')).then((more) => answers.push(`one ${more}`));
    await Promise.resolve();
    expect(answers).to.deep.equal([]);
    const reading = pieces[Symbol.asyncIterator]();
    expect((await reading.next()).value).to.deep.equal(octets('one'));
    await first;
    const second = pieces.push(octets('two')).then((more) => answers.push(`two ${more}`));
    await Promise.resolve();
    expect(answers, 'the first one is still being stored').to.deep.equal(['one true']);
    expect((await reading.next()).value).to.deep.equal(octets('two'));
    await second;
    pieces.end();
    expect(await reading.next()).to.deep.equal({ value: undefined, done: true });
  });

  it('are read to the last one before they end, or fail', async () => {
    const pieces = new HandedPieces();
    void pieces.push(octets('last'));
    pieces.end(new Error('The client has gone.'));
    const reading = pieces[Symbol.asyncIterator]();
    expect((await reading.next()).value).to.deep.equal(octets('last'));
    const failure = await reading.next().catch((error: unknown) => error);
    expect(failure).to.be.an('error').with.property('message', 'The client has gone.');
  });

  it('wants no more once nobody reads', async () => {
    const pieces = new HandedPieces();
    const waiting = pieces.push(octets('one'));
    pieces.close();
    expect(await waiting).to.equal(false);
    expect(await pieces.push(octets('two'))).to.equal(false);
  });
});
