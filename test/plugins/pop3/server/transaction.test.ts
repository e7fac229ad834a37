import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { PLACES, ServedHost, until } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

for (const place of PLACES) {
  describe(`POP3 server with a mailbox open, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put(message('one\r\n'), message('.two\r\n..\r\n.\r\nend\r\n'), message('three\r\n'));
    });
    afterEach(() => served.stop());

    it('P07 refuses bad syntax and numbers that are none', async () => {
      const client = await served.andrewsClient();
      for (const command of [
        'LIST x',
        'RETR',
        'RETR 1 2',
        'TOP 1',
        'TOP 1 -1',
        'TOP 1 x',
        'DELE 0',
        'DELE 99999999999999999999',
        'RETR +1',
        'UIDL 4',
        'LIST 1.0',
        'NOOP 1',
        'STAT 1',
      ]) {
        expect(await client.ask(command), command).to.match(/^-ERR/);
      }
    });

    it('P08 reads several spaces as one and overlooks spaces at the end', async () => {
      const client = await served.andrewsClient();
      expect(await client.ask('LIST   1  ')).to.match(/^\+OK 1 /);
      expect(await client.ask('STAT ')).to.match(/^\+OK 3 /);
      client.send('NOOP\n');
      expect(await client.line()).to.match(/^\+OK/);
    });

    it('P11 P12 P13 closes an idle session after ten minutes without a word and deletes nothing', async () => {
      const client = await served.andrewsClient();
      await client.ask('DELE 1');
      served.host.clock.skip(599_000);
      expect(await client.ask('NOOP')).to.match(/^\+OK/);
      served.host.clock.skip(599_000);
      expect(await client.ask('NOOP')).to.match(/^\+OK/);
      served.host.clock.skip(600_001);
      expect(await client.rest()).to.equal('');
      await until(() => !served.andrew.isOpen);
      expect(served.andrew.mail).to.have.length(3);
    });

    it('P15 P16 removes the marked messages with QUIT, and frees the mailbox before it answers', async () => {
      const client = await served.andrewsClient();
      await client.ask('DELE 2');
      expect(await client.ask('QUIT')).to.match(/^\+OK/);
      expect(served.andrew.isOpen).to.equal(false);
      expect(served.andrew.mail.map(({ uidl }) => uidl)).to.deep.equal(['u1', 'u3']);
    });

    it('P15 P16 answers -ERR to QUIT when the removal fails, and frees the mailbox all the same', async () => {
      served.andrew.failRemove = new PostroomError('store/failed', 'disk');
      const client = await served.andrewsClient();
      await client.ask('DELE 2');
      expect(await client.ask('QUIT')).to.match(/^-ERR \[SYS\/TEMP\]/);
      expect(await client.rest()).to.equal('');
      expect(served.andrew.isOpen).to.equal(false);
      expect(served.andrew.mail).to.have.length(3);
    });

    it('P13 P17 P62 lets one session in at a time, and the next at once when the first is gone', async () => {
      const first = await served.andrewsClient();
      await first.ask('DELE 1');
      const second = await served.client();
      expect(await second.login()).to.match(/^-ERR \[IN-USE\]/);
      await second.ask('USER andrew');
      expect(await second.ask('PASS wrong')).to.match(/^-ERR \[AUTH\]/);
      first.destroy();
      await until(() => !served.andrew.isOpen);
      await second.ask('USER andrew');
      expect(await second.ask('PASS open sesame')).to.match(/^\+OK Mailbox open, 3 /);
    });

    it('P23 P24 P28 keeps numbers for the session: gaps where deleted, nothing new', async () => {
      const client = await served.andrewsClient();
      served.andrew.put(message('late\r\n'));
      await client.ask('DELE 2');
      expect(await client.askMultiline('UIDL')).to.equal('1 u1\r\n3 u3\r\n');
      for (const command of ['LIST 2', 'RETR 2', 'TOP 2 0', 'UIDL 2', 'DELE 2', 'RETR 4'])
        expect(await client.ask(command), command).to.match(/^-ERR/);
    });

    it('P25 answers -ERR for a message that was removed meanwhile, and the right one for its neighbour', async () => {
      const client = await served.andrewsClient();
      served.andrew.mail.splice(0, 1);
      expect(await client.ask('RETR 1')).to.match(/^-ERR/);
      expect(await client.askMultiline('RETR 3')).to.equal(message('three\r\n'));
    });

    it('P26 P27 P29 P30 counts what RETR will send', async () => {
      const client = await served.andrewsClient();
      const sizes = (await client.askMultiline('LIST'))
        .trim()
        .split('\r\n')
        .map((line) => Number(line.split(' ')[1]));
      expect(await client.ask('STAT')).to.equal(`+OK 3 ${sizes.reduce((a, b) => a + b)}`);
      for (const [index, size] of sizes.entries()) {
        const text = await client.askMultiline(`RETR ${index + 1}`);
        expect(text.replaceAll(/^\./gm, '').length).to.equal(size);
        expect(await client.ask(`LIST ${index + 1}`)).to.equal(`+OK ${index + 1} ${size}`);
      }
      await client.ask('DELE 1');
      expect(await client.ask('STAT')).to.equal(`+OK 2 ${(sizes[1] ?? 0) + (sizes[2] ?? 0)}`);
    });

    it('P27 answers an empty mailbox with +OK and a dot', async () => {
      served.andrew.mail = [];
      const client = await served.andrewsClient();
      expect(await client.ask('STAT')).to.equal('+OK 0 0');
      expect(await client.askMultiline('LIST')).to.equal('');
      expect(await client.askMultiline('UIDL')).to.equal('');
    });

    it('P36 P37 DELE only marks, RSET unmarks all', async () => {
      const client = await served.andrewsClient();
      await client.ask('DELE 1');
      await client.ask('DELE 2');
      expect(served.andrew.mail).to.have.length(3);
      expect(await client.ask('RSET')).to.match(/^\+OK/);
      expect(await client.ask('STAT')).to.match(/^\+OK 3 /);
      await client.ask('QUIT');
      expect(served.andrew.mail).to.have.length(3);
    });

    it('P43 UIDL gives the ids and nothing behind them', async () => {
      const client = await served.andrewsClient();
      expect(await client.askMultiline('UIDL')).to.equal('1 u1\r\n2 u2\r\n3 u3\r\n');
      expect(await client.ask('UIDL 2')).to.equal('+OK 2 u2');
    });

    it('lists a large mailbox', async () => {
      served.andrew.mail = [];
      served.andrew.put(...Array.from({ length: 20_000 }, () => 'x\r\n'));
      const client = await served.andrewsClient();
      const listing = await client.askMultiline('UIDL');
      expect(listing.split('\r\n')).to.have.length(20_001);
      expect(listing)
        .to.match(/^1 u1\r\n2 u2\r\n/)
        .and.to.match(/20000 u20000\r\n$/);
    });
  });
}
