import type { RelayDestinations } from '@postroom/sdk';
import { expect } from 'chai';
import { pieces, relayingHost } from './relayingHost.js';

describe('relaying and what the ISP can do', () => {
  const at = relayingHost();

  it('R31 says BODY=8BITMIME where it is offered, and never sends raw 8-bit text elsewhere', async () => {
    const content = (): AsyncIterable<Uint8Array> => pieces('Subject: gr\xfc\xdfe\r\n\r\nx\r\n');
    await at.connectTo();
    await at.one({ content });
    expect(at.isp.commands.find((line) => line.startsWith('MAIL'))).to.match(/ BODY=8BITMIME/);
    expect(at.isp.messages).to.deep.equal(['Subject: gr\xfc\xdfe\r\n\r\nx\r\n']);
    await at.renew({ extensions: ['AUTH PLAIN'] });
    expect(await at.one({ content })).to.include({ outcome: 'delivered' });
    expect(at.isp.messages.at(-1)).to.equal('Subject: =?unknown-8bit?Q?gr=FC=DFe?=\r\n\r\nx\r\n');
    expect(await at.one()).to.include({ outcome: 'delivered' });
  });

  it('R32 bounces an international address where SMTPUTF8 is missing, and sends to the others', async () => {
    await at.connectTo();
    const receipts = await at.relay(['jürgen@b.example', 'a@bücher.example']);
    expect(receipts.find(({ recipient }) => recipient === 'jürgen@b.example')).to.include({ outcome: 'failed', status: '5.6.7' });
    expect(receipts.find(({ recipient }) => recipient === 'a@bücher.example')).to.include({ outcome: 'delivered' });
    expect(at.isp.commands).to.include('RCPT TO:<a@xn--bcher-kva.example>');
    await at.renew({ extensions: ['SMTPUTF8', '8BITMIME', 'AUTH PLAIN'] });
    expect((await at.relay(['jürgen@b.example']))[0]).to.include({ outcome: 'delivered' });
  });

  it('R33 bounces at once what is larger than the ISP announces, with the numbers', async () => {
    await at.connectTo({ extensions: ['SIZE 1000', 'AUTH PLAIN'] });
    expect(await at.one({ size: 1_001 })).to.include({ outcome: 'failed', status: '5.3.4' });
    expect((await at.one({ size: 1_001 }))?.text).to.match(/1001 octets.*at most 1000/);
    expect(await at.one({ size: 1_000 })).to.include({ outcome: 'delivered' });
    expect(at.isp.commands.filter((line) => line.startsWith('MAIL'))).to.deep.equal(['MAIL FROM:<mail@company.com> SIZE=1000']);
  });

  it('R36 stuffs dots wherever the pieces are cut', async () => {
    const text = '.\r\n..\r\nx.\r\n.y\r\n.\r\n';
    await at.connectTo();
    for (let cut = 1; cut < text.length; cut++) {
      await at.one({ content: () => pieces(text.slice(0, cut), text.slice(cut)) });
      const unstuffed = (at.isp.messages.at(-1) ?? '').replace(/(^|\r\n)\./g, '$1');
      expect(unstuffed, `cut at ${cut}`).to.equal(text);
    }
  });

  it('R37 passes DSN parameters on where they are offered, each recipient its own', async () => {
    const to: Partial<RelayDestinations> = {
      dsn: { ret: 'HDRS', envid: 'QQ+1' },
      recipients: [
        { address: 'a@b.example', dsn: { notify: ['NEVER'] } },
        { address: 'c@b.example', dsn: { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;c@b.example' } },
      ],
    };
    await at.connectTo({ extensions: ['DSN', 'AUTH PLAIN'] });
    await at.relay([], to);
    expect(at.isp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).to.deep.equal([
      'MAIL FROM:<mail@company.com> RET=HDRS ENVID=QQ+2B1',
      'RCPT TO:<a@b.example> NOTIFY=NEVER',
      'MAIL FROM:<mail@company.com> RET=HDRS ENVID=QQ+2B1',
      'RCPT TO:<c@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@b.example',
    ]);
    await at.renew({ extensions: ['AUTH PLAIN'] });
    at.isp.commands.length = 0;
    await at.relay([], to);
    expect(at.isp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).to.deep.equal([
      'MAIL FROM:<mail@company.com>',
      'RCPT TO:<a@b.example>',
      'RCPT TO:<c@b.example>',
    ]);
  });

  it('keeps the null sender, and refuses addresses that would end a command', async () => {
    await at.connectTo();
    const receipts = await at.relay(['x@y.z>\r\nRCPT TO:<evil@e.example', 'a@b.example'], { from: '' });
    expect(receipts[0]).to.include({ outcome: 'failed', status: '5.1.3' });
    expect(at.isp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).to.deep.equal([
      'MAIL FROM:<> BODY=8BITMIME SIZE=21',
      'RCPT TO:<a@b.example>',
    ]);
    expect((await at.one({ from: 'a@b.c>\r\nRSET' }))?.status).to.equal('5.1.7');
  });
});
