import { expect } from 'chai';
import { PLACES, ServedHost, until } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

for (const place of PLACES) {
  describe(`POP3 server and commands that do not wait, ${place}`, () => {
    let served: ServedHost;
    beforeEach(async () => {
      served = await ServedHost.start(place);
      served.andrew.put(message('one\r\n'), message('.two\r\n..\r\n.\r\nend\r\n'), message('three\r\n'));
    });
    afterEach(() => served.stop());

    it('P56 P58 answers fifty commands of one segment in order, and none behind QUIT', async () => {
      const client = await served.client();
      await client.line();
      client.send(`USER andrew\r\nPASS open sesame\r\n${'STAT\r\nNOOP\r\n'.repeat(24)}QUIT\r\nNOOP\r\nSTAT\r\n`);
      const lines = (await client.rest()).split('\r\n');
      expect(lines).to.have.length(2 + 48 + 1 + 1);
      expect(lines[2]).to.match(/^\+OK 3 /);
      expect(lines.at(-2)).to.equal('+OK Bye');
    });

    it('P57 understands commands that come octet by octet', async () => {
      const client = await served.andrewsClient();
      client.socket.setNoDelay(true);
      for (const octet of 'UIDL 2\r\n') {
        client.send(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await client.line()).to.equal('+OK 2 u2');
    });

    it('P59 takes a thousand pipelined DELEs and QUIT', async () => {
      served.andrew.mail = [];
      served.andrew.put(...Array.from({ length: 1000 }, (_, index) => message(`${index}\r\n`)));
      const client = await served.andrewsClient();
      client.send(`${Array.from({ length: 1000 }, (_, index) => `DELE ${index + 1}\r\n`).join('')}QUIT\r\n`);
      expect((await client.rest()).match(/^\+OK/gm)).to.have.length(1001);
      expect(served.andrew.mail).to.have.length(0);
    });

    it('reads many messages at once for pipelined RETRs, and sends each whole and in order', async () => {
      served.andrew.mail = [];
      const texts = Array.from({ length: 100 }, (_, index) => message(`${index}\r\n.${'x'.repeat(4000)}\r\n`));
      served.andrew.put(...texts);
      const client = await served.andrewsClient();
      client.send(texts.map((_, index) => `RETR ${index + 1}\r\n`).join(''));
      for (const text of texts) {
        expect(await client.line()).to.equal(`+OK ${text.length} octets`);
        expect(await client.multiline()).to.equal(text.replace('\r\n.', '\r\n..'));
      }
      expect(served.andrew.reads.length).to.be.below(5);
      await until(() => served.andrew.picked.length === 100);
    });

    it('reads ahead of a client that goes on in order, one command at a time', async () => {
      served.andrew.mail = [];
      served.andrew.put(...Array.from({ length: 100 }, (_, index) => message(`${index}\r\n`)));
      const client = await served.andrewsClient();
      for (let number = 1; number <= 100; number += 1)
        expect(await client.askMultiline(`RETR ${number}`)).to.equal(message(`${number - 1}\r\n`));
      expect(served.andrew.reads.length).to.be.below(10);
    });

    it('answers what came before the client closed its side', async () => {
      const client = await served.client();
      await client.line();
      client.socket.end('USER andrew\r\nPASS open sesame\r\nSTAT\r\nDELE 1\r\n');
      expect((await client.rest()).match(/^\+OK/gm)).to.have.length(4);
      await until(() => !served.andrew.isOpen);
      expect(served.andrew.mail).to.have.length(3);
    });
  });
}
