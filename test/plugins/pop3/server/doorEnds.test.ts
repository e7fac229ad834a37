// What becomes of sessions whose door dies, at each moment of them; and what holds for doors and the main thread together.
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import type { RawClient } from '../support/rawClient.js';
import { ServedHost, until } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

describe('POP3 sessions whose door dies', () => {
  let served: ServedHost;
  beforeEach(async () => {
    served = await ServedHost.start('in a door');
    served.andrew.put(message('one\r\n'), message('two\r\n'), message('three\r\n'));
  });
  afterEach(() => served.stop());

  /** A gate that is closed until it is called. */
  function gate(): { readonly wait: Promise<void>; readonly open: () => void } {
    let open = (): void => {};
    const wait = new Promise<void>((resolve) => (open = resolve));
    return { wait, open };
  }

  /** STAT of andrew's mailbox, by the main thread. */
  async function statAtMain(): Promise<string> {
    const client = await served.mainClient();
    expect(await client.login()).to.match(/^\+OK/);
    const stat = await client.ask('STAT');
    await client.ask('QUIT');
    return stat;
  }

  it('P13 P17 delete nothing without QUIT, and their mailboxes are free at once', async () => {
    const client = await served.andrewsClient();
    await client.ask('DELE 1');
    await served.door.die();
    expect(await client.rest()).to.equal('');
    await until(() => !served.andrew.isOpen);
    expect(served.andrew.removals).to.equal(0);
    expect(await statAtMain()).to.match(/^\+OK 3 /);
  });

  it('P15 P16 have all removed that QUIT has begun to remove, and hold the mailbox until then', async () => {
    const { wait, open } = gate();
    served.andrew.gate = wait;
    const client = await served.andrewsClient();
    client.send('DELE 1\r\nDELE 3\r\nQUIT\r\n');
    await until(() => served.andrew.removals === 1);
    await served.door.die();
    expect(await client.rest()).not.to.include('Bye');
    const other = await served.mainClient();
    expect(await other.login()).to.match(/^-ERR \[IN-USE\]/);
    open();
    await until(() => !served.andrew.isOpen);
    expect(served.andrew.mail.map(({ uidl }) => uidl)).to.deep.equal(['u2']);
  });

  it('P15 have removed nothing where what QUIT began fails, and let go of the mailbox all the same', async () => {
    const { wait, open } = gate();
    served.andrew.gate = wait;
    served.andrew.failRemove = new PostroomError('store/failed', 'disk');
    const client = await served.andrewsClient();
    client.send('DELE 1\r\nQUIT\r\n');
    await until(() => served.andrew.removals === 1);
    await served.door.die();
    open();
    await until(() => !served.andrew.isOpen);
    expect(served.andrew.mail).to.have.length(3);
  });

  it('P18 hold no mailbox whose login was under way', async () => {
    const { wait, open } = gate();
    served.host.loginGate = wait;
    const client = await served.client();
    await client.line();
    client.send('USER andrew\r\nPASS open sesame\r\n');
    await until(() => served.host.logins.length === 1);
    await served.door.die();
    open();
    expect(await statAtMain()).to.match(/^\+OK 3 /);
  });

  it('P99 P101 read no further in a large message than their client was sent', async () => {
    served.andrew.mail = [];
    served.andrew.put(Buffer.alloc(50 * 1024 * 1024, `${'x'.repeat(76)}\r\n`));
    served.andrew.pieceSize = 64 * 1024;
    const { furthest } = await served.askWithoutTaking('RETR 1', 1024 * 1024);
    await served.door.die();
    await until(() => !served.andrew.isOpen);
    const read = furthest();
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(furthest()).to.equal(read);
    expect(served.andrew.picked).to.deep.equal([]);
  });

  it('P97 give back their places, logged in or not', async () => {
    served.host.values['pop3.limits.connectionsPerAddress'] = 2;
    await served.andrewsClient();
    await (await served.client()).line();
    await served.door.die();
    await until(() => !served.andrew.isOpen);
    const [first, second] = [await served.mainClient(), await served.mainClient()];
    expect(await first.login()).to.match(/^\+OK/);
    expect(await second.line()).to.match(/^\+OK/);
  });
});

describe('POP3 in doors and on the main thread', () => {
  let served: ServedHost;
  beforeEach(async () => {
    served = await ServedHost.start('in a door');
    served.andrew.put(message('one\r\n'));
  });
  afterEach(() => served.stop());

  async function loggedIn(client: RawClient): Promise<RawClient> {
    expect(await client.login()).to.match(/^\+OK/);
    return client;
  }

  it('P97 counts the connections of an address together: who is logged in at one leaves no room at the other', async () => {
    served.host.values['pop3.limits.connectionsPerAddress'] = 1;
    await served.andrewsClient();
    expect(await (await served.mainClient()).rest()).to.match(/^-ERR \[SYS\/TEMP\] Too many/);
  });

  for (const [newcomer, stranger] of [
    ['the main thread', 'a door'],
    ['a door', 'the main thread'],
  ] as const) {
    it(`P95 closes a connection without a login in ${stranger} for one more in ${newcomer}`, async () => {
      served.host.values['pop3.limits.connectionsBeforeLogin'] = 1;
      const connect = (where: string): Promise<RawClient> => (where === 'a door' ? served.client() : served.mainClient());
      const first = await connect(stranger);
      await first.line();
      const second = await connect(newcomer);
      expect(await first.rest()).to.equal('');
      await loggedIn(second);
      await until(() => served.host.log.some(({ message }) => message.includes('closed: too many wait without a login')));
    });
  }

  it('knows clients of a load balancer in a door by their own address', async () => {
    await served.stop();
    served = await ServedHost.start('in a door', ['starttls'], (host) => {
      host.values['pop3.listen'] = [{ host: '127.0.0.1', port: 0, security: 'starttls', proxies: ['127.0.0.1'] }];
      host.values['pop3.plaintextNetworks'] = ['198.51.100.0/24'];
    });
    const client = await served.client();
    client.send('PROXY TCP4 198.51.100.7 192.0.2.1 40001 110\r\n');
    await loggedIn(client);
    expect(served.host.logins.map(({ address }) => address)).to.deep.equal(['198.51.100.7']);
    const sessions = served.host.events.map((event) => event.type === 'session' && event.peer);
    expect(sessions).to.deep.equal(['198.51.100.7']);
  });

  it('lets the sessions of a door that is closed go on while there is time, and takes nothing new in it', async () => {
    const client = await served.andrewsClient();
    await client.ask('DELE 1');
    const closed = served.door.close(900_000);
    await until(() => !served.door.isListening);
    expect(await client.ask('STAT')).to.equal('+OK 0 0');
    expect(await client.ask('QUIT')).to.equal('+OK Bye');
    await client.rest();
    await closed;
    expect(served.andrew.mail).to.have.length(0);
  });

  it('ends the idle sessions of a door that is closed when the ports close as well', async () => {
    const client = await served.andrewsClient();
    await client.ask('DELE 1');
    const closed = served.door.close(900_000);
    await until(() => !served.door.isListening);
    await served.host.listener?.stop(5_000);
    expect(await client.rest()).to.equal('');
    await closed;
    expect(served.andrew.mail).to.have.length(1);
  });

  it('P17 has a mailbox open once', async () => {
    await served.andrewsClient();
    expect(await (await served.mainClient()).login()).to.match(/^-ERR \[IN-USE\]/);
  });

  it('notes what clients in a door pick up in few words, and before their mailbox is let go of', async () => {
    served.andrew.put(...Array.from({ length: 99 }, (_, number) => message(`${number}\r\n`)));
    const words: string[] = [];
    served.door.lines.keeper.hear('picked', () => void words.push('picked'));
    const client = await served.andrewsClient();
    for (let number = 1; number <= 100; number += 1) await client.askMultiline(`RETR ${number}`);
    await client.ask('QUIT');
    expect(served.andrew.picked).to.have.length(100);
    expect(words.length).to.be.below(20);
  });

  it('says the same of a session wherever it was', async () => {
    for (const client of [await served.client(), await served.mainClient()]) {
      await loggedIn(client);
      client.send('QUIT\r\n');
      await client.rest();
    }
    await until(() => served.host.events.length === 4);
    const [opened, closed, ...atMain] = served.host.events;
    expect([opened, closed]).to.deep.equal(atMain);
    const lines = served.host.log.filter(({ message }) => message.includes('ended'));
    expect(lines[0]).to.deep.equal(lines[1]);
  });
});
