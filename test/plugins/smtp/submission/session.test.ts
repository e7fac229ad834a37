import { expect } from 'chai';
import { describeEverywhere, servedHost } from './servedHost.js';

describeEverywhere('the commands of a submission session', (where) => {
  const at = servedHost(where);
  beforeEach(() => at.serve());

  it('S01 greets with 220 and the name of the server', async () => {
    expect((await at.open()).greeting).to.equal('220 mail.office.example ESMTP');
  });

  it('S02 S68 S79 lists what it can do, without CHUNKING', async () => {
    const reply = await (await at.open()).say('EHLO office.example');
    expect(reply.split('\n').map((line) => line.slice(4))).to.include.members([
      'PIPELINING',
      '8BITMIME',
      'SMTPUTF8',
      'ENHANCEDSTATUSCODES',
      'DSN',
      'STARTTLS',
      'SIZE 52428800',
    ]);
    expect(reply).to.not.match(/CHUNKING|REQUIRETLS/);
  });

  it('S04 serves a device that talks before the banner', async () => {
    const client = await at.open('EHLO printer\r\n');
    expect(await client.reply()).to.match(/^250-/);
  });

  it('S05 answers 503 to commands out of order', async () => {
    const client = await at.open();
    expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^503 5\./);
    await client.run('EHLO office.example');
    expect(await client.say('RCPT TO:<a@b.example>')).to.match(/^503 5\./);
    await client.run('MAIL FROM:<mail@company.com>');
    expect(await client.say('MAIL FROM:<mail@company.com>')).to.match(/^503 5\./);
    expect(await client.say('DATA')).to.match(/^503 5\./);
  });

  it('S06 S07 answers RSET, NOOP, VRFY, HELP, EXPN, TURN and QUIT', async () => {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>', 'RSET', 'MAIL FROM:<mail@company.com>', 'NOOP', 'HELP');
    expect(await client.say('VRFY andrew')).to.match(/^252 2\./);
    expect(await client.say('EXPN all')).to.match(/^502 5\./);
    expect(await client.say('TURN')).to.match(/^502 5\./);
    expect(await client.say('QUIT')).to.match(/^221 2\.0\.0 /);
    await client.ended();
  });

  it('S08 ends a session of nonsense', async () => {
    const client = await at.greeted();
    for (let count = 1; count < 10; count++) {
      expect(await client.say('XYZZY')).to.match(/^500 5\./);
    }
    expect(await client.say('XYZZY')).to.match(/^421 4\./);
    await client.ended();
  });

  it('S08 ends a session of wrong arguments', async () => {
    const client = await at.greeted();
    let last = '';
    for (let count = 0; count < 20; count++) {
      last = await client.say('RCPT TO:<>');
    }
    expect(last).to.match(/^501/);
    expect(await client.reply()).to.match(/^421 4\.7\.0/);
  });

  it('S18 S19 S78 answers 555 to unknown parameters and 501 to doubled ones', async () => {
    const client = await at.greeted();
    expect(await client.say('MAIL FROM:<mail@company.com> FOO=bar')).to.match(/^555 5\.5\.4 /);
    expect(await client.say('MAIL FROM:<mail@company.com> REQUIRETLS')).to.match(/^555 5\.5\.4 /);
    expect(await client.say('MAIL FROM:<mail@company.com> SIZE=1 SIZE=2')).to.match(/^501 5\./);
    await client.run('MAIL FROM:<mail@company.com> AUTH=<>');
    expect(await client.say('RCPT TO:<a@b.example> FOO')).to.match(/^555 5\.5\.4 /);
  });

  it('S20 answers 501 to DATA, RSET and QUIT with arguments', async () => {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>');
    for (const line of ['DATA x', 'RSET x', 'QUIT x']) {
      expect(await client.say(line), line).to.match(/^501 5\.5\.4 /);
    }
    await client.run('DATA');
  });

  it('S21 ends a session whose command line never ends', async () => {
    const client = await at.greeted();
    client.write('x'.repeat(20_000));
    expect(await client.reply()).to.match(/^421 /);
  });

  it('S23 tolerates a command that ends in a lone LF', async () => {
    const client = await at.greeted();
    client.write('NOOP\n');
    expect(await client.reply()).to.match(/^250 /);
  });

  it('S75 closes on BDAT and never runs its octets as commands', async () => {
    const client = await at.greeted();
    await client.run('MAIL FROM:<mail@company.com>', 'RCPT TO:<a@b.example>');
    client.write('BDAT 40 LAST\r\nMAIL FROM:<mail@company.com>\r\nNOOP\r\nNOOP\r\n');
    expect(await client.reply()).to.match(/^502 5\.5\.1 /);
    expect(await client.ended()).to.equal('');
  });
});
