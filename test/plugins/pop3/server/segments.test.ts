import { expect } from 'chai';
import type { RawClient } from '../support/rawClient.js';
import { PLACES, ServedHost } from '../support/servedHost.js';

const DIALOGUE =
  'CAPA\r\nUSER andrew\r\nPASS open sesame\r\nSTAT\r\nLIST\r\nUIDL 1\r\nTOP 2 1\r\nRETR 2\r\nDELE 1\r\nRSET\r\nNOOP\r\nXYZZY\r\nRETR 9\r\nQUIT\r\nSTAT\r\n';

/** Sends the pieces so that each is a segment of its own, as far as loopback allows. */
async function sendPieces(client: RawClient, pieces: readonly string[]): Promise<string> {
  client.socket.setNoDelay(true);
  for (const piece of pieces) {
    if (piece === '') continue;
    await new Promise<void>((resolve) => client.socket.write(piece, 'latin1', () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return client.rest();
}

for (const place of PLACES) {
  describe(`POP3 server and segments, ${place}`, () => {
    let served: ServedHost;
    let whole: string;
    before(async () => {
      served = await ServedHost.start(place);
      served.andrew.put('A: 1\r\n\r\none\r\n', 'B: 2\r\n\r\n.dot\r\n..\r\nlast');
      whole = await sendPieces(await served.client(), [DIALOGUE]);
    });
    after(() => served.stop());

    it('P56 P58 answers a whole dialogue of one segment in order', () => {
      expect(whole.match(/^(?:\+OK|-ERR)/gm)).to.have.length(15);
      expect(whole).to.match(/\+OK Bye\r\n$/);
      expect(whole).to.include('\r\n\r\n..dot\r\n...\r\nlast\r\n.\r\n');
    });

    it('P57 answers the same octet by octet', async () => {
      expect(await sendPieces(await served.client(), DIALOGUE.split(''))).to.equal(whole);
    });

    it('P57 answers the same wherever the dialogue is cut in two', async () => {
      for (let cut = 1; cut < DIALOGUE.length; cut += 1) {
        const answer = await sendPieces(await served.client(), [DIALOGUE.slice(0, cut), DIALOGUE.slice(cut)]);
        expect(answer, `cut at ${cut}`).to.equal(whole);
      }
    });

    it('P80 runs nothing that came behind STLS in the same segment, wherever it is cut', async () => {
      for (const injected of ['U', 'USER andrew\r\n', 'USER andrew\r\nPASS open sesame\r\nDELE 1\r\n']) {
        const client = await served.client();
        await client.line();
        client.send(`STLS\r\n${injected}`);
        expect(await client.rest()).to.equal('');
      }
      expect(served.andrew.isOpen).to.equal(false);
      expect(served.andrew.mail).to.have.length(2);
    });
  });
}
