import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { PLACES, ServedHost, until, untilSettled } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

for (const place of PLACES) {
  describe(`POP3 server sending messages, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put(message('one\r\n'), message('.two\r\n..\r\n.\r\nend\r\n'), message('three\r\n'));
    });
    afterEach(() => served.stop());

    it('P31 stuffs every line that begins with a dot', async () => {
      const client = await served.andrewsClient();
      expect(await client.askMultiline('RETR 2')).to.equal(message('..two\r\n...\r\n..\r\nend\r\n'));
    });

    it('P31 stuffs dots wherever the store cuts a large message', async () => {
      const body = `.\r\n..a\r\n${'.dotted line\r\n'.repeat(6000)}`;
      served.andrew.mail = [];
      served.andrew.put(body);
      served.andrew.pieceSize = 997;
      const client = await served.andrewsClient();
      expect(await client.askMultiline('RETR 1')).to.equal(body.replaceAll(/^\./gm, '..'));
    });

    it('P31 P60 ends a message that has no line end, and one that begins with a dot', async () => {
      served.andrew.mail = [];
      served.andrew.put('.x', '');
      const client = await served.andrewsClient();
      expect(await client.askMultiline('RETR 1')).to.equal('..x\r\n');
      expect(await client.askMultiline('RETR 2')).to.equal('');
    });

    it('P32 never lets LF-dot inside a message end the answer', async () => {
      served.andrew.mail = [];
      served.andrew.put('a\n.\r\n+OK forged\r\n');
      const client = await served.andrewsClient();
      expect(await client.askMultiline('RETR 1')).to.equal('a\n..\r\n+OK forged\r\n');
    });

    it('P33 sends 8-bit octets, NUL and long lines as they are', async () => {
      const octets = Buffer.concat([
        Buffer.from('A: b\r\n\r\n'),
        Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)),
        Buffer.alloc(5000, 'x'),
        Buffer.from('\r\n'),
      ]);
      served.andrew.mail = [];
      served.andrew.put(octets);
      const client = await served.andrewsClient();
      expect(await client.askMultiline('RETR 1')).to.equal(octets.toString('latin1'));
    });

    it('P34 P63 answers [SYS/TEMP] when the store fails before the message began', async () => {
      served.andrew.failRead = (number) => (number === 1 ? new PostroomError('store/failed', 'busy') : undefined);
      const client = await served.andrewsClient();
      expect(await client.ask('RETR 1')).to.match(/^-ERR \[SYS\/TEMP\]/);
      expect(await client.askMultiline('RETR 3')).to.equal(message('three\r\n'));
    });

    it('P64 answers [SYS/PERM] for a damaged store', async () => {
      served.andrew.failRead = () => new PostroomError('data/corrupt', 'damaged');
      const client = await served.andrewsClient();
      expect(await client.ask('RETR 1')).to.match(/^-ERR \[SYS\/PERM\]/);
    });

    it('P34 does not blame a message for the failure of the one behind it', async () => {
      served.andrew.failRead = (number) => (number === 2 ? new PostroomError('store/failed', 'busy') : undefined);
      const client = await served.andrewsClient();
      expect(await client.askMultiline('RETR 1')).to.equal(message('one\r\n'));
      expect(await client.ask('RETR 2')).to.match(/^-ERR \[SYS\/TEMP\]/);
    });

    it('P34 cuts the connection when the store fails in the middle of a message', async () => {
      served.andrew.mail = [];
      served.andrew.put(message('x'.repeat(300_000)));
      served.andrew.pieceSize = 64 * 1024;
      served.andrew.failRead = (_number, offset) => (offset > 100_000 ? new Error('disk') : undefined);
      const client = await served.andrewsClient();
      client.send('RETR 1\r\n');
      expect(await client.rest()).not.to.match(/\r\n\.\r\n$/);
    });

    it('P35 keeps little ahead of a reader that does not read', async () => {
      const size = 100 * 1024 * 1024;
      served.andrew.mail = [];
      served.andrew.put(Buffer.alloc(size, `${'x'.repeat(76)}\r\n`));
      const { client, furthest } = await served.askWithoutTaking('RETR 1', 1024 * 1024);
      await untilSettled(furthest);
      expect(furthest()).to.be.below(20 * 1024 * 1024);
      client.destroy();
      await until(() => !served.andrew.isOpen);
    });

    it('P99 frees a session whose client stops reading in the middle of RETR', async () => {
      served.andrew.mail = [];
      served.andrew.put(Buffer.alloc(50 * 1024 * 1024, 'x'));
      const client = await served.andrewsClient();
      client.socket.pause();
      client.send('RETR 1\r\n');
      client.socket.end();
      await until(() => served.andrew.reads.length > 0);
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      served.host.clock.skip(600_001);
      await until(() => !served.andrew.isOpen);
    });

    it('P40 P41 TOP sends the header and as many body lines as asked for', async () => {
      const client = await served.andrewsClient();
      expect(await client.askMultiline('TOP 2 0')).to.equal('Subject: x\r\n\r\n');
      expect(await client.askMultiline('TOP 2 2')).to.equal('Subject: x\r\n\r\n..two\r\n...\r\n');
      expect(await client.askMultiline('TOP 2 99')).to.equal(message('..two\r\n...\r\n..\r\nend\r\n'));
      served.andrew.picked.length = 0;
    });

    it('P41 TOP works for a message without an empty line', async () => {
      served.andrew.mail = [];
      served.andrew.put('A: 1\r\nB: 2\r\n', '\r\nbody\r\nmore\r\n');
      const client = await served.andrewsClient();
      expect(await client.askMultiline('TOP 1 0')).to.equal('A: 1\r\nB: 2\r\n');
      expect(await client.askMultiline('TOP 2 1')).to.equal('\r\nbody\r\n');
    });

    it('P40 P42 TOP finds the end of a large header wherever it is cut', async () => {
      const header = `${'X: y\r\n'.repeat(20_000)}\r\n`;
      served.andrew.mail = [];
      served.andrew.put(`${header}${'body\r\n'.repeat(100_000)}`);
      for (const pieceSize of [1021, 64 * 1024, header.length - 1, header.length - 2, header.length - 3]) {
        served.andrew.pieceSize = pieceSize;
        const client = await served.andrewsClient();
        expect(await client.askMultiline('TOP 1 1')).to.equal(`${header}body\r\n`);
        await client.ask('QUIT');
      }
    });
  });
}
