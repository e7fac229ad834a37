import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Postroom } from '../../../kit/postroom.js';
import { LineClient } from '../lineClient.js';

describe('submission to the real store', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let postroom: Postroom;
  beforeEach(async () => {
    postroom = await Postroom.start({ settings: { 'smtp.trustedNetworks': ['127.0.0.1'] } });
  });
  afterEach(() => postroom.stop());

  /** Sends octets as they are from a device; answers the reply to the final dot. */
  async function send(octets: string, to = 'lisa@works.example'): Promise<string> {
    const client = await LineClient.open(postroom.port('smtp'));
    await client.run('EHLO printer', 'MAIL FROM:<john@works.example>', `RCPT TO:<${to}>`, 'DATA');
    client.write(Buffer.from(octets, 'latin1'));
    const answer = await client.reply();
    client.close();
    return answer;
  }

  async function received(user = 'lisa'): Promise<readonly string[]> {
    return (await postroom.pickUp(user)).map(({ text }) => text);
  }

  it('S27 S28 stores each lone CR and LF as CRLF, so that a smuggled ending is text for every reader after us', async () => {
    const endings = ['\n.\n', '\n.\r\n', '\r.\r', '\r.\r\n', '\r\n.\r', '\r\n.\n', '\n.\r', '\r.\n'];
    for (const ending of endings)
      expect(await send(`Subject: s\r\n\r\nhello${ending}MAIL FROM:<evil@example.org>\r\n.\r\n`)).to.match(/^250 /);
    const texts = await received();
    expect(texts).to.have.length(endings.length);
    for (const text of texts) {
      expect(text).to.not.match(/\r(?!\n)|(?<!\r)\n/);
      expect(text).to.match(/hello\r\n\.?\r?\n?MAIL FROM:<evil@example\.org>\r\n$/);
    }
  });

  it('S24 S28 keeps NUL, 8-bit octets and long lines', async () => {
    const body = `nul \0\r\ngr\xfc\xdfe \xff\r\n${'x'.repeat(5_000)}\r\n`;
    await send(`Subject: s\r\n\r\n${body}.\r\n`);
    expect((await received())[0]).to.satisfy((text: string) => text.endsWith(`\r\n\r\n${body}`));
  });

  it('S32 takes a message whose last line ends at the final dot', async () => {
    await send('Subject: s\r\n\r\nlast line\r\n.\r\n');
    expect((await received())[0]).to.match(/last line\r\n$/);
  });

  it('S37 S38 S39 S40 adds Received, Date and Message-ID, takes Bcc and Return-Path away, and leaves every other octet', async () => {
    const rest = 'From: John <john@works.example>\r\nSubject:   odd   spacing \r\nX-Folded: a\r\n\tb\r\n';
    await send(`Return-Path: <evil@example.org>\r\n${rest}Bcc: secret@example.org,\r\n other@example.org\r\n\r\nbody\r\n.\r\n`);
    const text = (await received())[0] ?? '';
    expect(text.replaceAll(/\r\n[ \t]+/g, ' ')).to.match(/^Received: from printer .* with ESMTP /m);
    expect(text).to.match(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000\r$/m);
    expect(text.match(/^Message-ID: <[^>]+@works\.example>\r$/gm)).to.have.length(1);
    expect(text).to.not.match(/Return-Path|Bcc|secret@|other@|evil@/);
    expect(text).to.satisfy((each: string) => each.endsWith(`${rest}\r\nbody\r\n`));
  });

  it('S40 adds neither Date nor Message-ID where the message has them', async () => {
    const head = 'Date: Mon, 2 Nov 2026 09:00:00 +0100\r\nMessage-ID: <own@works.example>\r\nFrom: john@works.example\r\n';
    await send(`${head}\r\nbody\r\n.\r\n`);
    const text = (await received())[0] ?? '';
    expect(text.match(/^(?:Date|Message-ID):/gim)).to.have.length(2);
    expect(text).to.include(head);
  });

  it('S83 answers in time though a plugin never does: the message is on disk and held, and the client need not send it again', async function () {
    this.timeout(60_000);
    const plugin = path.join(postroom.dataDir, 'plugins', 'acme.slow');
    await mkdir(plugin, { recursive: true });
    const tap = { hook: 'onSort', name: 'wait', stage: 'filter', timeoutMs: 500, onError: 'hold' };
    await writeFile(
      path.join(plugin, 'package.json'),
      JSON.stringify({
        name: 'slow',
        publisher: 'acme',
        version: '1.0.0',
        type: 'module',
        main: './plugin.js',
        displayName: 'Slow',
        description: 'Never answers.',
        engines: { postroom: '^1.0.0' },
        contributes: { taps: [tap] },
      }),
    );
    await writeFile(
      path.join(plugin, 'plugin.js'),
      `export const activate = (context) => void context.hooks.onSort.tap('wait', () => new Promise(() => {}));\n`,
    );
    await postroom.close();
    await postroom.open();
    await postroom.run('plugins.enable', { plugin: 'acme.slow' });
    const before = performance.now();
    expect(await send('Subject: slow\r\n\r\nx\r\n.\r\n')).to.match(/^250 /);
    expect(performance.now() - before).to.be.below(20_000);
    expect(await received()).to.deep.equal([]);
    expect(await postroom.run<unknown[]>('held.list')).to.have.length(1);
  });
});
