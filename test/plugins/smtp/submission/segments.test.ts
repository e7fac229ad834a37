import { expect } from 'chai';
import { FakeHost } from '../fakeHost.js';
import { LineClient } from '../lineClient.js';
import { describeEverywhere } from './servedHost.js';

const DIALOGUE = [
  'EHLO office.example',
  'MAIL FROM:<mail@company.com>',
  'RCPT TO:<a@b.example>',
  'RCPT TO:<>',
  'DATA',
  'one',
  '..dot',
  '.',
  'FOO',
  'MAIL FROM:<mail@company.com>',
  'RCPT TO:<c@d.example>',
  'DATA',
  '.',
  'QUIT',
  'NOOP',
  '',
].join('\r\n');

describeEverywhere('submission and segments', (where) => {
  let host: FakeHost;
  let port: number;
  let whole: string;
  const texts: string[] = [];

  before(async () => {
    host = await new FakeHost(
      {
        'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'starttls' }],
        'smtp.trustedNetworks': ['127.0.0.1'],
      },
      where,
    ).activate();
    port = (await host.start())[0]?.port ?? 0;
    whole = await said([DIALOGUE]);
    texts.push(...host.submitted.map(({ text }) => text));
  });
  after(() => host.stop());

  /** Sends the pieces so that each is a segment of its own, as far as loopback allows; answers all that the server said. */
  async function said(pieces: readonly string[]): Promise<string> {
    host.submitted.length = 0;
    const client = await LineClient.open(port);
    client.socket.setNoDelay(true);
    for (const piece of pieces) {
      if (piece === '') continue;
      await new Promise<void>((resolve) => client.socket.write(piece, 'latin1', () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const all = await client.ended();
    client.close();
    return all.replaceAll(/Accepted as \d+/g, 'Accepted');
  }

  it('S70 S71 answers a whole dialogue of one segment in order, message and next MAIL included', () => {
    const codes = whole.match(/^\d{3} /gm)?.map(Number);
    expect(codes).to.deep.equal([250, 250, 250, 501, 354, 250, 500, 250, 250, 354, 250, 221]);
    expect(texts).to.deep.equal(['one\r\n.dot\r\n', '']);
  });

  it('S30 answers and stores the same octet by octet', async () => {
    expect(await said(DIALOGUE.split(''))).to.equal(whole);
    expect(host.submitted.map(({ text }) => text)).to.deep.equal(texts);
  });

  it('S30 answers and stores the same wherever the dialogue is cut in two', async () => {
    for (let cut = 1; cut < DIALOGUE.length; cut += 1) {
      expect(await said([DIALOGUE.slice(0, cut), DIALOGUE.slice(cut)]), `cut at ${cut}`).to.equal(whole);
      expect(
        host.submitted.map(({ text }) => text),
        `cut at ${cut}`,
      ).to.deep.equal(texts);
    }
  });

  it('S27 S30 is not ended by any of the ten smuggled endings, wherever they are cut', async () => {
    const endings = ['\n.\n', '\n.\r\n', '\r.\r', '\r.\r\n', '\r\n.\r', '\r\n.\n', '\n.\r', '\r.\n', '\r\n\0.\r\n', '\r\n.\0\r\n'];
    for (const ending of endings) {
      const head = 'EHLO a.example\r\nMAIL FROM:<mail@company.com>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nhello';
      const text = `${ending}MAIL FROM:<evil@example.org>\r\n.\r\nQUIT\r\n`;
      for (let cut = 0; cut <= ending.length; cut += 1) {
        const all = await said([head + text.slice(0, cut), text.slice(cut)]);
        expect(all.match(/^\d{3} /gm)?.map(Number), `${JSON.stringify(ending)} cut at ${cut}`).to.deep.equal([
          250, 250, 250, 354, 250, 221,
        ]);
        expect(host.submitted).to.have.length(1);
        expect(host.submitted[0]?.text).to.include('MAIL FROM:<evil');
      }
    }
  });

  it('S63 runs nothing that came behind STARTTLS in the same segment, wherever it is cut', async () => {
    const injected = 'STARTTLS\r\nMAIL FROM:<mail@company.com>\r\nRCPT TO:<evil@example.org>\r\nDATA\r\ninjected\r\n.\r\n';
    for (let cut = 10; cut < injected.length; cut += 7) {
      host.submitted.length = 0;
      const client = await LineClient.open(port);
      await client.run('EHLO office.example');
      // One write: what is cut off here never comes, so the rest stays half a command.
      client.write(injected.slice(0, cut));
      expect(await client.reply()).to.match(/^220 /);
      await client.secure();
      expect(await client.say('EHLO secure.example')).to.match(/^250-/);
      expect(await client.say('DATA')).to.match(/^503 /);
      client.close();
      expect(host.submitted).to.deep.equal([]);
    }
  });
});
