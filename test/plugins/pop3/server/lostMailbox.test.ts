// A mailbox is open in one session on all servers: its end is waited for, and a session that has lost its mailbox changes nothing any more.
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import type { RawClient } from '../support/rawClient.js';
import { PLACES, ServedHost, until } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

for (const place of PLACES) {
  describe(`POP3 server beside others, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put(message('one\r\n'), message('two\r\n'), message('three\r\n'));
    });
    afterEach(() => served.stop());

    /** Holds the mailbox until it is called. */
    function holdOpen(): () => void {
      let letGo = (): void => {};
      served.andrew.closeGate = new Promise((resolve) => (letGo = resolve));
      return letGo;
    }

    /** Whether an answer to `client` is there once another client has had one. */
    async function isAnswered(client: RawClient): Promise<boolean> {
      let isThere = false;
      client.socket.once('data', () => (isThere = true));
      const other = await served.client();
      await other.line();
      await other.ask('CAPA');
      return isThere;
    }

    for (const isFailing of [false, true]) {
      it(`P16 answers ${isFailing ? '-ERR' : '+OK'} to QUIT when the mailbox is let go of, and not before`, async () => {
        if (isFailing) served.andrew.failRemove = new PostroomError('store/failed', 'disk');
        const client = await served.andrewsClient();
        const letGo = holdOpen();
        await client.ask('DELE 2');
        client.send('QUIT\r\n');
        await until(() => served.andrew.removals === 1);
        expect(await isAnswered(client)).to.equal(false);
        expect(served.andrew.isOpen).to.equal(true);
        letGo();
        expect(await client.line()).to.match(isFailing ? /^-ERR/ : /^\+OK/);
        expect(served.andrew.isOpen).to.equal(false);
      });
    }

    it('ends with no mailbox still held, though its clients are gone', async () => {
      const client = await served.andrewsClient();
      const letGo = holdOpen();
      client.destroy();
      let isStopped = false;
      const stopped = served.host.listener?.stop(1_000).then(() => (isStopped = true));
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(isStopped).to.equal(false);
      letGo();
      await stopped;
      expect(served.andrew.isOpen).to.equal(false);
    });

    for (const command of ['NOOP', 'STAT', 'RETR 1', 'UIDL', 'DELE 3', 'QUIT', 'nonsense']) {
      it(`P100 answers -ERR to ${command} and closes where another server has taken the mailbox over, and removes nothing`, async () => {
        const client = await served.andrewsClient();
        await client.askMultiline('RETR 1');
        await client.ask('DELE 2');
        await served.takeOver();
        expect(await client.ask(command)).to.match(/^-ERR \[SYS\/TEMP\] .*nothing was deleted/);
        expect(await client.rest()).to.equal('');
        await until(() => !served.andrew.isOpen);
        expect(served.andrew.removals).to.equal(0);
        expect(served.andrew.mail).to.have.length(3);
        const lines = served.host.log.filter(({ level }) => level === 'warn').map((line) => line.message);
        expect(lines).to.deep.equal(['POP3 session of andrew@company from 127.0.0.1 ends: The server "b" has taken the mailbox over.']);
      });
    }

    it('P100 answers -ERR to the QUIT in whose removal the mailbox is lost', async () => {
      let go = (): void => {};
      served.andrew.gate = new Promise((resolve) => (go = resolve));
      const client = await served.andrewsClient();
      await client.ask('DELE 2');
      client.send('QUIT\r\n');
      await until(() => served.andrew.removals === 1);
      served.andrew.takeOver();
      go();
      expect(await client.line()).to.equal('-ERR [SYS/TEMP] Deleted messages were not removed');
      expect(served.andrew.mail).to.have.length(3);
    });

    for (const isSlow of [false, true]) {
      it(`P101 cuts a large RETR under way where the mailbox is lost, ${isSlow ? 'though its client does not read' : 'at once'}`, async () => {
        const size = isSlow ? 50 * 1024 * 1024 : 1024 * 1024;
        served.andrew.mail = [];
        served.andrew.put(Buffer.alloc(size, `${'x'.repeat(76)}\r\n`));
        served.andrew.pieceSize = 64 * 1024;
        served.andrew.failRead = (_number, offset) => {
          if (!isSlow && offset === 512 * 1024) served.andrew.takeOver();
          return undefined;
        };
        const client = await served.andrewsClient();
        if (isSlow) client.socket.pause();
        client.send('RETR 1\r\n');
        await until(() => served.andrew.reads.length > 0);
        for (let turn = 0; isSlow && turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        if (isSlow) served.andrew.takeOver();
        await until(() => !served.andrew.isOpen);
        client.socket.resume();
        const rest = await client.rest();
        expect(rest.length).to.be.below(size);
        expect(rest).not.to.match(/\r\n\.\r\n$/);
        expect(served.andrew.picked).to.deep.equal([]);
      });
    }

    it('P102 answers -ERR where the answer to the removal was lost, and says that the next session shows it', async () => {
      served.andrew.failRemove = new PostroomError('store/unknown', 'The connection was cut.');
      const client = await served.andrewsClient();
      await client.ask('DELE 2');
      expect(await client.ask('QUIT')).to.match(/^-ERR \[SYS\/TEMP\] .*may not have been removed; the next session shows/);
      expect(await client.rest()).to.equal('');
      expect(served.andrew.isOpen).to.equal(false);
    });

    for (const [code, answer] of [
      ['store/unreachable', '[SYS/TEMP]'],
      ['store/unfit', '[SYS/PERM]'],
      ['lease/lost', '[SYS/TEMP]'],
    ] as const) {
      it(`P63 P64 answers ${answer} to ${code}`, async () => {
        served.andrew.failRead = () => new PostroomError(code, 'no');
        const client = await served.andrewsClient();
        expect(await client.ask('RETR 1')).to.equal(`-ERR ${answer} The message cannot be read`);
      });
    }
  });
}
