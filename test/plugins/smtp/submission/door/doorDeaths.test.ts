import { once } from 'node:events';
import { expect } from 'chai';
import { ANDREW } from '../../fakeHost.js';
import type { LineClient } from '../../lineClient.js';
import { servedHost } from '../servedHost.js';

const LOGIN = `AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`;
/** More than crosses whole. */
const LONG = 'x'.repeat(700_000);

describe('a door of submission that dies', () => {
  const at = servedHost('in a door');
  beforeEach(() => at.serve());

  async function inData(): Promise<LineClient> {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
    return client;
  }

  it('stores nothing of a message whose text had not ended', async () => {
    const client = await inData();
    client.write('half a message\r\n');
    await at.host.killDoor();
    await client.ended();
    expect(at.host.submitted).to.deep.equal([]);
  });

  it('stores nothing of a long message that was handed over in part', async () => {
    const failed = new Promise<unknown>((resolve) => {
      at.host.onSubmit = async (source) => {
        try {
          for await (const piece of source) at.host.activity.emit('piece', piece);
        } catch (error) {
          resolve(error);
          throw error;
        }
      };
    });
    const client = await inData();
    const arrived = once(at.host.activity, 'piece');
    client.write(LONG);
    await arrived;
    await at.host.killDoor();
    expect(String(await failed)).to.match(/ended before the message was received in full/);
    await client.ended();
    expect(at.host.submitted).to.deep.equal([]);
    expect(at.host.logged.filter((line) => line.startsWith('A message sent by SMTP was not taken in.'))).to.have.length(1);
  });

  for (const [what, text] of [
    ['a message', 'short'],
    ['a long message', LONG],
  ] as const) {
    it(`stores ${what} once that was handed over whole, and says nothing to its client`, async () => {
      let store: () => void = () => undefined;
      at.host.beforeStored = () =>
        new Promise((resolve) => {
          store = resolve;
        });
      const client = await inData();
      const read = once(at.host.activity, 'read');
      client.write(`${text}\r\n.\r\n`);
      await read;
      await at.host.killDoor();
      expect(await client.ended()).to.not.match(/^250/m);
      const stored = once(at.host.activity, 'stored');
      store();
      await stored;
      expect(at.host.submitted.map((each) => each.text)).to.deep.equal([`${text}\r\n`]);
    });
  }

  it('gives back its connections, and says that their sessions are closed', async () => {
    await at.host.stop();
    await at.serve({ 'smtp.plaintextNetworks': ['127.0.0.1'], 'smtp.maxConnectionsPerAddress': 2 });
    for (const client of [await at.greeted(), await at.greeted()]) await client.run(LOGIN);
    const refused = await at.open('', at.host.mainPort);
    expect(refused.greeting).to.match(/^421 4\.7\.0 /);
    await at.host.killDoor();
    const sessions = at.host.events.filter((event) => event.type === 'session');
    expect(sessions.map(({ state }) => state)).to.deep.equal(['open', 'open', 'closed', 'closed']);
    expect(sessions.slice(2).map((event) => event.mailbox)).to.deep.equal([ANDREW, ANDREW]);
    expect((await at.open('', at.host.mainPort)).greeting).to.match(/^220 /);
  });
});
