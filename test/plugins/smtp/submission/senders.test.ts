import { expect } from 'chai';
import { ANDREW, LISA } from '../fakeHost.js';
import { describeEverywhere, servedHost } from './servedHost.js';

describeEverywhere('the senders of a submission session', (where) => {
  const at = servedHost(where);

  it('S59 names the only user who has the address, and nobody where several share it', async () => {
    await at.serve();
    const client = await at.greeted();
    await client.send('x');
    await client.run('MAIL FROM:<LISA@works.example>', 'RCPT TO:<a@b.example>', 'DATA');
    await client.say('x\r\n.');
    await client.run('MAIL FROM:<scanner@works.example>', 'RCPT TO:<a@b.example>', 'DATA');
    await client.say('x\r\n.');
    expect(at.host.submitted.map(({ submission }) => submission.author)).to.deep.equal([undefined, LISA, undefined]);
  });

  it('S59 refuses a device whose sender address belongs to no account', async () => {
    await at.serve();
    const client = await at.greeted();
    expect(await client.say('MAIL FROM:<somebody@example.org>')).to.match(/^550 5\.7\.1 /);
    expect(await client.say('MAIL FROM:<>')).to.match(/^550 5\.7\.1 /);
  });

  it('S46 S60 asks strangers for a login, and offers it under TLS only', async () => {
    await at.serve({ 'smtp.trustedNetworks': ['192.0.2.0/24'] });
    const client = await at.open();
    expect(await client.say('EHLO office.example')).to.not.match(/AUTH/);
    expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^530 5\.7\.0 /);
    expect(await client.say('AUTH PLAIN AGFuZHJldwBjb3JyZWN0')).to.match(/^538 5\.7\.11 /);
    await client.startTls();
    expect(await client.say('EHLO office.example')).to.match(/AUTH PLAIN LOGIN/);
    expect(await client.say('AUTH PLAIN AGFuZHJldwBjb3JyZWN0')).to.match(/^235 2\.7\.0 /);
    expect(await client.say('MAIL FROM:<boss@company.com>')).to.match(/^550 5\.7\.1 /);
    await client.run('MAIL FROM:<>', 'RSET');
    expect(await client.send('x')).to.match(/^250 /);
    expect(at.host.submitted[0]?.submission.author).to.deep.equal(ANDREW);
    expect(at.host.submitted[0]?.submission.client).to.include({ protocol: 'ESMTPSA' });
    expect(at.host.submitted[0]?.submission.client.tls).to.match(/^TLSv1\.3 TLS_/);
  });
});
