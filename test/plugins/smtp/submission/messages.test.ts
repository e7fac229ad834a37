import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { STRAY_END_MS } from '#plugins/smtp/dist/submission/front/lineEnds.js';
import { describeEverywhere, servedHost } from './servedHost.js';

describeEverywhere('the messages of a submission session', (where) => {
  const at = servedHost(where);
  beforeEach(() => at.serve());

  it('S33 says 250 only after the message is stored', async () => {
    let store: () => void = () => undefined;
    at.host.onSubmit = () =>
      new Promise((resolve) => {
        store = resolve;
      });
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<friend@example.org>', 'DATA');
    let answered = false;
    const answer = client.say('Subject: x\r\n\r\nhello\r\n.').then((reply) => {
      answered = true;
      return reply;
    });
    const other = await at.greeted();
    await other.run('NOOP', 'NOOP');
    expect(answered).to.equal(false);
    store();
    expect(await answer).to.match(/^250 2\.6\.0 Accepted as 1$/);
    expect(at.host.submitted[0]?.text).to.equal('Subject: x\r\n\r\nhello\r\n');
  });

  it('S36 S70 S71 takes pipelined transactions, an error in the first does not touch the second', async () => {
    const client = await at.greeted();
    client.write(
      'MAIL FROM:<stranger@example.org>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n' +
        'RSET\r\nMAIL FROM:<mail@company.com>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n',
    );
    const codes: string[] = [];
    for (let count = 0; count < 7; count++) {
      codes.push((await client.reply()).slice(0, 3));
    }
    expect(codes).to.deep.equal(['550', '503', '503', '250', '250', '250', '354']);
    client.write('one\r\n.\r\nMAIL FROM:<mail@company.com>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n');
    expect((await client.reply()).slice(0, 3)).to.equal('250');
    await client.reply();
    await client.reply();
    await client.reply();
    expect(await client.say('two\r\n.')).to.match(/^250/);
    expect(at.host.submitted.map(({ text }) => text)).to.deep.equal(['one\r\n', 'two\r\n']);
  });

  it('S27 is not fooled by the endings of smuggled messages', async () => {
    const endings = ['\n.\n', '\n.\r\n', '\r.\r', '\r.\r\n', '\r\n.\r', '\r\n.\n', '\n.\r', '\r.\n', '\r\n\0.\r\n', '\r\n.\0\r\n'];
    for (const ending of endings) {
      const client = await at.greeted();
      const text = `hello${ending}MAIL FROM:<evil@example.org>`;
      expect(await client.send(text), JSON.stringify(ending)).to.match(/^250/);
      client.close();
    }
    expect(at.host.submitted).to.have.lengthOf(endings.length);
    expect(at.host.submitted.every(({ text }) => text.includes('MAIL FROM:<evil'))).to.equal(true);
  });

  it('S34 stores nothing of a client that leaves before the final dot', async () => {
    const client = await at.greeted();
    const failed = new Promise<unknown>((resolve) => {
      at.host.onSubmit = async (source) => {
        try {
          for await (const piece of source) {
            at.host.activity.emit('piece', piece);
          }
        } catch (error) {
          resolve(error);
          throw error;
        }
      };
    });
    await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
    client.write(`half a message${'.'.repeat(2_000)}\n.\n`);
    // All of it has been read.
    await at.host.clock.isSet(STRAY_END_MS);
    client.close();
    expect(String(await failed)).to.match(/Connection closed before the message was received in full/);
    expect(at.host.submitted).to.deep.equal([]);
  });

  it('S41 R48 refuses a message that runs in a circle', async () => {
    const client = await at.greeted();
    expect(await client.send(`${'Received: from a by b\r\n'.repeat(101)}\r\nx`)).to.match(/^554 5\.4\.6 /);
    expect(await client.send(`${'Received: from a by b\r\n'.repeat(100)}\r\nReceived: in the body`)).to.match(/^250 /);
  });

  it('S68 S69 refuses what is too large, by its announcement and in fact, and goes on', async () => {
    await at.host.stop();
    await at.serve({ 'smtp.maxMessageBytes': 65_536 });
    const client = await at.greeted();
    expect(await client.say('MAIL FROM:<mail@company.com> SIZE=65537')).to.match(/^552 5\.3\.4 /);
    expect(await client.say(`MAIL FROM:<mail@company.com> SIZE=${2n ** 70n}`)).to.match(/^5/);
    expect(await client.say('MAIL FROM:<mail@company.com> SIZE=abc')).to.match(/^501 /);
    const line = `${'x'.repeat(1_022)}\r\n`;
    expect(await client.send(line.repeat(63) + 'x'.repeat(1_022))).to.match(/^250 /);
    expect(await client.send(line.repeat(63) + 'x'.repeat(1_023))).to.match(/^552 5\.3\.4 /);
    expect(await client.send('small')).to.match(/^250 /);
    expect(at.host.submitted.map(({ text }) => text.length)).to.deep.equal([65_536, 7]);
  });

  it('S68 answers 452 where there is no room, at MAIL and at the end', async () => {
    at.host.trouble = new PostroomError('store/full', 'The disk is full.');
    const client = await at.greeted();
    expect(await client.say('MAIL FROM:<mail@company.com>')).to.equal('452 4.3.1 The disk is full.');
    at.host.trouble = undefined;
    at.host.onSubmit = () => Promise.reject(new PostroomError('store/full', 'The disk is full.'));
    expect(await client.send('x'.repeat(300_000))).to.equal('452 4.3.1 The disk is full.');
    at.host.onSubmit = () => Promise.reject(new PostroomError('store/failed', 'secret detail'));
    expect(await client.send('x')).to.match(/^451 4\.3\.0 (?!.*secret)/);
    at.host.onSubmit = undefined;
    expect(await client.send('x')).to.match(/^250 /);
  });

  for (const [code, sentence] of [
    ['store/unknown', /whether it has the message\. Send it again later, as it is/],
    ['store/unreachable', /cannot be reached\. Nothing was stored; try again later/],
    ['store/unfit', /could not be stored\. Try again later/],
  ] as const) {
    it(`S84 answers 451 to a message where the store says ${code}, and 250 where that has passed`, async () => {
      const client = await at.greeted();
      at.host.onSubmit = () => Promise.reject(new PostroomError(code, 'secret detail'));
      const reply = await client.send('x'.repeat(300_000));
      expect(reply).to.match(/^451 4\.3\.0 (?!.*secret)/);
      expect(reply).to.match(sentence);
      at.host.trouble = new PostroomError(code, 'secret detail');
      expect(await client.say('MAIL FROM:<mail@company.com>'), 'before any text is sent').to.equal(reply);
      at.host.trouble = undefined;
      at.host.onSubmit = undefined;
      expect(await client.send('x')).to.match(/^250 /);
    });
  }

  it('S25 S26 takes 100 recipients at least, refuses the rest with 452 and delivers each once', async () => {
    await at.host.stop();
    await at.serve({ 'smtp.maxRecipients': 100 });
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>');
    for (let place = 0; place < 100; place++) {
      await client.run(`RCPT TO:<r${place}@example.org>`);
    }
    expect(await client.say('RCPT TO:<one-too-many@example.org>')).to.match(/^452 4\.5\.3 /);
    await client.run('RCPT TO:<r7@example.org>', 'DATA');
    expect(await client.say('x\r\n.')).to.match(/^250 /);
    expect(at.host.submitted[0]?.submission.recipients).to.have.lengthOf(100);
  });

  it('S37 S72 tells the core who sent it, and keeps 8-bit octets', async () => {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com> BODY=8BITMIME', 'RCPT TO:<a@b.example>', 'DATA');
    client.write(Buffer.from('gr\xfc\xdfe\r\n.\r\n', 'latin1'));
    expect(await client.reply()).to.match(/^250 /);
    expect(at.host.submitted[0]?.text).to.equal('gr\xfc\xdfe\r\n');
    expect(at.host.submitted[0]?.submission.client).to.deep.equal({ helo: 'office.example', address: '127.0.0.1', protocol: 'ESMTP' });
    expect(await client.say('MAIL FROM:<mail@company.com> BODY=BINARYMIME')).to.match(/^501 /);
  });

  it('S73 takes an international address with SMTPUTF8 only', async () => {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>');
    expect(await client.say('RCPT TO:<jürgen@example.org>')).to.match(/^553 5\.6\.7 /);
    await client.run('RSET', 'MAIL FROM:<mail@company.com> SMTPUTF8', 'RCPT TO:<jürgen@example.org>', 'DATA');
    await client.say('x\r\n.');
    expect(at.host.submitted[0]?.submission.recipients).to.deep.equal([{ address: 'jürgen@example.org' }]);
    expect(at.host.submitted[0]?.submission.client.protocol).to.equal('UTF8SMTP');
  });

  it('S77 keeps DSN parameters and checks them', async () => {
    const client = await at.greeted();
    expect(await client.say(`MAIL FROM:<mail@company.com> ENVID=${'x'.repeat(101)}`)).to.match(/^501 /);
    await client.run('MAIL FROM:<mail@company.com> RET=HDRS ENVID=QQ+2B1');
    expect(await client.say('RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY')).to.match(/^501 /);
    await client.run('RCPT TO:<a@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b.example', 'DATA');
    await client.say('x\r\n.');
    const { submission } = at.host.submitted[0] ?? {};
    expect(submission?.dsn).to.deep.equal({ ret: 'HDRS', envid: 'QQ+1' });
    expect(submission?.recipients[0]?.dsn).to.deep.equal({ notify: ['SUCCESS', 'FAILURE'], orcpt: 'rfc822;a@b.example' });
  });

  it('S11 hands mail to Postmaster without a domain to the administrator', async () => {
    const client = await at.greeted();
    await client.send('x', 'Postmaster');
    expect(at.host.submitted[0]?.submission.recipients).to.deep.equal([{ address: 'admin1@localhost' }]);
  });

  it('refuses for good what has no account to leave by', async () => {
    at.host.onSubmit = () => Promise.reject(new PostroomError('user/unknown', 'No account of this server sends as x.'));
    expect(await (await at.greeted()).send('x')).to.match(/^550 5\.7\.1 No account/);
  });

  it('S17 refuses a recipient whose domain is not full', async () => {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>');
    expect(await client.say('RCPT TO:<boss@head-office>')).to.match(/^550 5\.1\.2 /);
  });
});
