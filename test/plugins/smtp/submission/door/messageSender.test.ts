import type { DoorLine } from '@postroom/sdk/services';
import { expect } from 'chai';
import { DeskQuestioner } from '#plugins/smtp/dist/submission/door/deskQuestioner.js';
import { MessageSender, MOST_GATHERED, MOST_WHOLE } from '#plugins/smtp/dist/submission/door/messageSender.js';
import type { SubmittedEnvelope } from '#plugins/smtp/dist/submission/submissionDesk.js';

const ENVELOPE: SubmittedEnvelope = {
  user: undefined,
  from: 'mail@company.com',
  recipients: [],
  client: { helo: 'office.example', address: '127.0.0.1', protocol: 'ESMTP' },
};

/** The desk's end: notes what it is asked, and takes everything. */
function listeningDesk(): { readonly desk: DeskQuestioner; readonly said: string[] } {
  const said: string[] = [];
  const line: DoorLine = {
    ask: <Answer>(question: string, value: unknown): Promise<Answer> => {
      const { octets } = value as { readonly octets?: ArrayBuffer };
      said.push(octets === undefined ? question : `${question} ${octets.byteLength}`);
      return Promise.resolve((question === 'piece' ? true : { value: 'taken' }) as Answer);
    },
    tell: (word) => void said.push(word),
    answer: () => undefined,
    hear: () => undefined,
  };
  return { desk: new DeskQuestioner(line), said };
}

async function* inPieces(octets: number, piece: number): AsyncGenerator<Uint8Array> {
  for (let left = octets; left > 0; left -= piece) yield new Uint8Array(Math.min(left, piece));
}

describe('handing a message over from a door', () => {
  it('crosses once with a message that is not long, the empty one as well', async () => {
    const { desk, said } = listeningDesk();
    const sender = new MessageSender(desk);
    for (const octets of [0, 1, MOST_WHOLE]) expect(await sender.send(1, inPieces(octets, 10_000), ENVELOPE)).to.equal('taken');
    expect(said).to.deep.equal(['message 0', 'message 1', `message ${MOST_WHOLE}`]);
  });

  it('crosses in pieces with a long one, and ends behind the last', async () => {
    const { desk, said } = listeningDesk();
    await new MessageSender(desk).send(1, inPieces(MOST_WHOLE + 100_000, 65_536), ENVELOPE);
    expect(said).to.deep.equal(['long message', `piece ${MOST_WHOLE + 65_536}`, `piece ${100_000 - 65_536}`, 'end']);
  });

  it('lets no more than so many octets wait in a door, however many messages there are', async () => {
    const { desk, said } = listeningDesk();
    const sender = new MessageSender(desk);
    const waiting = Math.ceil(MOST_GATHERED / MOST_WHOLE);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(MOST_WHOLE);
      await released;
    }
    const stalled = Array.from({ length: waiting }, () => sender.send(1, stalling(), ENVELOPE));
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).to.deep.equal([]);
    await sender.send(1, inPieces(1_000, 100), ENVELOPE);
    expect(said.splice(0), 'there is no room to wait').to.deep.equal(['long message', 'piece 1000', 'end']);
    release();
    await Promise.all(stalled);
    said.splice(0);
    await sender.send(1, inPieces(1_000, 100), ENVELOPE);
    expect(said).to.deep.equal(['message 1000']);
  });
});
