// Printers, scanners and old scripts: what they write otherwise than SMTP wants it, and what they hear of it.
import { expect } from 'chai';
import fc from 'fast-check';
import { STRAY_END_MS } from '#plugins/smtp/dist/submission/front/lineEnds.js';
import { parsePathCommand } from '#plugins/smtp/dist/submission/front/pathCommand.js';
import { describeEverywhere, servedHost } from './servedHost.js';

describeEverywhere('devices that leave the angle brackets out', (where) => {
  const at = servedHost(where);

  for (const [mail, rcpt] of [
    ['MAIL FROM: lisa@works.example', 'RCPT TO: bob@far.example'],
    ['MAIL FROM:lisa@works.example', 'RCPT TO:bob@far.example'],
    ['mail from: lisa@works.example SIZE=100 BODY=8BITMIME', 'rcpt to:   bob@far.example  '],
    ['MAIL FROM:<lisa@works.example>', 'RCPT TO: bob@far.example NOTIFY=NEVER'],
  ] as const) {
    it(`a device in a trusted network may leave the angle brackets out: "${mail}" (177)`, async () => {
      await at.serve();
      const client = await at.open();
      await client.run('HELO raid-7', mail, rcpt, 'DATA');
      expect(await client.say('Subject: disk\r\n\r\nfull\r\n.')).to.match(/^250 /);
      expect(at.host.submitted[0]?.submission.from).to.equal('lisa@works.example');
      expect(at.host.submitted[0]?.submission.recipients.map(({ address }) => address)).to.deep.equal(['bob@far.example']);
    });
  }

  it('whoever leaves them out elsewhere hears what to write (177)', async () => {
    await at.serve({ 'smtp.trustedNetworks': [], 'smtp.plaintextNetworks': ['127.0.0.1'] });
    const client = await at.greeted();
    await client.run(`AUTH PLAIN ${Buffer.from('\0andrew\0correct').toString('base64')}`);
    expect(await client.say('MAIL FROM: mail@company.com')).to.equal(
      '501 5.1.7 The address stands in angle brackets: MAIL FROM:<mail@company.com>',
    );
    await client.run('MAIL FROM:<mail@company.com>');
    expect(await client.say('RCPT TO:bob@far.example SIZE')).to.equal(
      '501 5.1.3 The address stands in angle brackets: RCPT TO:<bob@far.example>',
    );
  });

  it('are refused what is no address without brackets either', async () => {
    await at.serve();
    const client = await at.greeted();
    for (const command of [
      'MAIL FROM:',
      'MAIL FROM: ',
      'MAIL FROM: lisa',
      'MAIL FROM: Lisa lisa@works.example',
      'MAIL FROM: lisa@works.example>',
      'MAIL FROM: "lisa smith"@works.example',
      'MAIL FROM: <lisa@works.example',
      'MAIL FROM: lisa@works.example,bob@works.example',
      'MAIL FROM lisa@works.example',
    ])
      expect(await client.say(command), command).to.match(/^50[01] /);
  });

  it('are read the same with brackets and without', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(part, part, fc.constantFrom('', ' SIZE=7', '  BODY=7BIT SIZE=7 '), (local, domain, rest) => {
        const line = (path: string): string => `MAIL FROM: ${path}${rest}`;
        const address = `${local}@${domain}.example`;
        expect(parsePathCommand('MAIL FROM', line(address), true)).to.deep.equal(parsePathCommand('MAIL FROM', line(`<${address}>`)));
        expect(parsePathCommand('MAIL FROM', line(address))).to.equal(undefined);
      }),
    );
  });
});

describeEverywhere('devices that end their lines with LF alone', (where) => {
  const at = servedHost(where);

  it('a device that ends lines with LF alone hears at its first command what to set, and the log names it (178)', async () => {
    await at.serve();
    const client = await at.open();
    client.write('HELO scanner\n');
    expect(await client.reply()).to.match(/^500 5\.5\.2 This line ends with LF alone\. Set the device .* CR LF/);
    client.write('MAIL FROM:<lisa@works.example>\n');
    expect(await client.reply()).to.match(/^500 5\.5\.2 /);
    client.write('QUIT\n');
    expect(await client.reply()).to.match(/^221 /);
    expect(at.host.logged.filter((line) => line.includes('127.0.0.1 ends its lines with LF alone'))).to.have.lengthOf(1);
  });

  it('get nothing done, whatever they send at once, and however it is cut', async () => {
    await at.serve();
    const wire = 'EHLO x\nMAIL FROM:<lisa@works.example>\nRCPT TO:<bob@far.example>\nDATA\nSubject: x\n\ntext\n.\nQUIT\n';
    for (const cut of [0, 5, 6, 7, 41, wire.length - 1]) {
      const client = await at.open();
      client.write(wire.slice(0, cut));
      client.write(wire.slice(cut));
      const replies: string[] = [];
      for (let lines = 0; lines < 9; lines++) replies.push(await client.reply());
      expect(
        replies.slice(0, -1).every((reply) => reply.startsWith('500 5.5.2')),
        replies.join('\n'),
      ).to.equal(true);
      expect(replies.at(-1)).to.match(/^221 /);
    }
    expect(at.host.submitted).to.deep.equal([]);
  });

  it('are told apart from those whose CR and LF come in two segments', async () => {
    await at.serve();
    const client = await at.open();
    client.write('HELO x\r');
    client.write('\nNOOP\r');
    client.write('\n');
    expect(await client.reply()).to.match(/^250 /);
    expect(await client.reply()).to.match(/^250 /);
  });

  it('log in with no line of that kind either', async () => {
    await at.serve({ 'smtp.trustedNetworks': [], 'smtp.plaintextNetworks': ['127.0.0.1'] });
    const client = await at.greeted();
    expect(await client.say('AUTH LOGIN')).to.match(/^334 /);
    client.write(`${Buffer.from('andrew').toString('base64')}\n`);
    expect(await client.reply()).to.match(/^500 5\.5\.2 /);
    expect(await client.say('NOOP')).to.match(/^250 /);
  });

  for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r']) {
    it(`whose text ends with ${JSON.stringify(end)} hears that it has no end, and nothing of it is kept (178)`, async () => {
      await at.serve();
      const client = await at.greeted();
      await client.run('MAIL FROM:<lisa@works.example>', 'RCPT TO:<bob@far.example>', 'DATA');
      client.write(`Subject: x${end}`);
      await at.host.clock.fire(STRAY_END_MS);
      expect(await client.reply()).to.match(/^554 5\.5\.2 The message was not taken in: .* CR LF/);
      expect(await client.ended()).to.equal('');
      expect(at.host.submitted).to.deep.equal([]);
    });
  }

  it('are not meant where more of the text follows, or its end has begun', async () => {
    await at.serve();
    const client = await at.greeted();
    await client.run('MAIL FROM:<lisa@works.example>', 'RCPT TO:<bob@far.example>', 'DATA');
    client.write('Subject: x\n.\n');
    await at.host.clock.isSet(STRAY_END_MS);
    client.write('more\r\n.\r');
    client.write('\n');
    expect(await client.reply()).to.match(/^250 /);
    expect(at.host.clock.isSetNow(STRAY_END_MS)).to.equal(false);
    expect(at.host.submitted[0]?.text).to.equal('Subject: x\n.\nmore\r\n');
  });
});
