import { once } from 'node:events';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { fingerprintOf, makeCertificate } from '../../testCertificate.js';
import { servedHost } from '../servedHost.js';

describe('the front of submission in a door', () => {
  const at = servedHost('in a door');

  it('counts its connections with those of the main thread', async () => {
    await at.serve({ 'smtp.maxConnections': 1 });
    const inDoor = await at.greeted();
    const onMain = await at.open('', at.host.mainPort);
    expect(onMain.greeting, 'who has not begun makes room').to.match(/^220 /);
    await inDoor.ended();
    await onMain.run('EHLO office.example', 'MAIL FROM:<mail@company.com>');
    const refused = await at.open();
    expect(refused.greeting).to.match(/^421 4\.7\.0 /);
    await refused.ended();
  });

  it('has a place for the next connection as soon as one has closed', async () => {
    await at.serve({ 'smtp.maxConnectionsPerAddress': 1 });
    for (let count = 0; count < 3; count += 1) {
      const client = await at.greeted();
      await client.run('MAIL FROM:<mail@company.com>');
      const closed = once(at.host.activity, 'session:closed');
      client.close();
      await closed;
    }
    expect((await at.open()).greeting).to.match(/^220 /);
  });

  it('gives a place back where its client has gone before it was let in', async () => {
    await at.serve({ 'smtp.maxConnections': 1 });
    const gone = await at.open();
    gone.close();
    const next = await at.greeted();
    await next.run('MAIL FROM:<mail@company.com>');
    expect((await at.open('', at.host.mainPort)).greeting).to.match(/^421 /);
  });

  it('shows the certificate and the name that the server has now', async () => {
    await at.serve();
    const renewed = await makeCertificate('renewed');
    at.host.renewCertificate(renewed);
    at.host.set('server.name', 'mail.renamed.example');
    // Said in the same turn, so heard before the next connection is let in.
    const client = await at.open();
    expect(client.greeting).to.equal('220 mail.renamed.example ESMTP');
    await client.run('EHLO office.example');
    await client.startTls();
    const shown = client.socket instanceof TLSSocket ? client.socket.getPeerCertificate().fingerprint256 : '';
    expect(shown).to.equal(fingerprintOf(renewed));
  });

  it('hands over long messages octet by octet, several at a time', async () => {
    await at.serve();
    const texts = [700_000, 262_144, 262_145, 262_146, 400_000].map((octets, place) => `${String(place).repeat(octets - 2)}\r\n`);
    const answers = await Promise.all(
      texts.map(async (text) => {
        const client = await at.greeted();
        await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
        client.write(`${text}.\r\n`);
        return await client.reply();
      }),
    );
    for (const answer of answers) expect(answer).to.match(/^250 2\.6\.0 Accepted as \d$/);
    expect(at.host.submitted.map(({ text }) => text).toSorted()).to.deep.equal(texts.toSorted());
  });

  it('tells the log of the main thread what its clients do wrong', async () => {
    await at.serve();
    const client = await at.greeted();
    client.write('MAIL FROM:<mail@company.com>\n');
    await client.reply();
    await client.run('QUIT');
    await once(at.host.activity, 'session:closed');
    expect(at.host.logged.filter((line) => line.includes('ends its lines with LF alone'))).to.have.length(1);
  });

  it('lets nobody send under an address that is not theirs any more, though it was at MAIL', async () => {
    await at.serve();
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>', 'DATA');
    at.host.hasAccounts = false;
    expect(await client.say('x\r\n.')).to.match(/^550 5\.7\.1 No account here sends as/);
    expect(at.host.submitted).to.deep.equal([]);
  });
});
