import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { ServedHost, until } from '../support/servedHost.js';

const message = (body: string): string => `Subject: x\r\n\r\n${body}`;

describe('POP3 server with a mailbox open', () => {
  let served: ServedHost;
  beforeEach(async () => {
    served = await ServedHost.start();
    served.andrew.put(message('one\r\n'), message('.two\r\n..\r\n.\r\nend\r\n'), message('three\r\n'));
  });
  afterEach(() => served.stop());

  it('P07 refuses bad syntax and numbers that are none', async () => {
    const client = await served.andrewsClient();
    for (const command of [
      'LIST x',
      'RETR',
      'RETR 1 2',
      'TOP 1',
      'TOP 1 -1',
      'TOP 1 x',
      'DELE 0',
      'DELE 99999999999999999999',
      'RETR +1',
      'UIDL 4',
      'LIST 1.0',
      'NOOP 1',
      'STAT 1',
    ]) {
      expect(await client.ask(command), command).to.match(/^-ERR/);
    }
  });

  it('P08 reads several spaces as one and overlooks spaces at the end', async () => {
    const client = await served.andrewsClient();
    expect(await client.ask('LIST   1  ')).to.match(/^\+OK 1 /);
    expect(await client.ask('STAT ')).to.match(/^\+OK 3 /);
    client.send('NOOP\n');
    expect(await client.line()).to.match(/^\+OK/);
  });

  it('P11 P12 P13 closes an idle session after ten minutes without a word and deletes nothing', async () => {
    const client = await served.andrewsClient();
    await client.ask('DELE 1');
    served.host.clock.skip(599_000);
    expect(await client.ask('NOOP')).to.match(/^\+OK/);
    served.host.clock.skip(599_000);
    expect(await client.ask('NOOP')).to.match(/^\+OK/);
    served.host.clock.skip(600_001);
    expect(await client.rest()).to.equal('');
    await until(() => !served.andrew.isOpen);
    expect(served.andrew.mail).to.have.length(3);
  });

  it('P15 P16 removes the marked messages with QUIT, and frees the mailbox before it answers', async () => {
    const client = await served.andrewsClient();
    await client.ask('DELE 2');
    expect(await client.ask('QUIT')).to.match(/^\+OK/);
    expect(served.andrew.isOpen).to.equal(false);
    expect(served.andrew.mail.map(({ uidl }) => uidl)).to.deep.equal(['u1', 'u3']);
  });

  it('P15 P16 answers -ERR to QUIT when the removal fails, and frees the mailbox all the same', async () => {
    served.andrew.failRemove = new PostroomError('store/failed', 'disk');
    const client = await served.andrewsClient();
    await client.ask('DELE 2');
    expect(await client.ask('QUIT')).to.match(/^-ERR \[SYS\/TEMP\]/);
    expect(await client.rest()).to.equal('');
    expect(served.andrew.isOpen).to.equal(false);
    expect(served.andrew.mail).to.have.length(3);
  });

  it('P13 P17 P62 lets one session in at a time, and the next at once when the first is gone', async () => {
    const first = await served.andrewsClient();
    await first.ask('DELE 1');
    const second = await served.client();
    expect(await second.login()).to.match(/^-ERR \[IN-USE\]/);
    await second.ask('USER andrew');
    expect(await second.ask('PASS wrong')).to.match(/^-ERR \[AUTH\]/);
    first.destroy();
    await until(() => !served.andrew.isOpen);
    await second.ask('USER andrew');
    expect(await second.ask('PASS open sesame')).to.match(/^\+OK Mailbox open, 3 /);
  });

  it('P23 P24 P28 keeps numbers for the session: gaps where deleted, nothing new', async () => {
    const client = await served.andrewsClient();
    served.andrew.put(message('late\r\n'));
    await client.ask('DELE 2');
    expect(await client.askMultiline('UIDL')).to.equal('1 u1\r\n3 u3\r\n');
    for (const command of ['LIST 2', 'RETR 2', 'TOP 2 0', 'UIDL 2', 'DELE 2', 'RETR 4'])
      expect(await client.ask(command), command).to.match(/^-ERR/);
  });

  it('P25 answers -ERR for a message that was removed meanwhile, and the right one for its neighbour', async () => {
    const client = await served.andrewsClient();
    served.andrew.mail.splice(0, 1);
    expect(await client.ask('RETR 1')).to.match(/^-ERR/);
    expect(await client.askMultiline('RETR 3')).to.equal(message('three\r\n'));
  });

  it('P26 P27 P29 P30 counts what RETR will send', async () => {
    const client = await served.andrewsClient();
    const sizes = (await client.askMultiline('LIST'))
      .trim()
      .split('\r\n')
      .map((line) => Number(line.split(' ')[1]));
    expect(await client.ask('STAT')).to.equal(`+OK 3 ${sizes.reduce((a, b) => a + b)}`);
    for (const [index, size] of sizes.entries()) {
      const text = await client.askMultiline(`RETR ${index + 1}`);
      expect(text.replaceAll(/^\./gm, '').length).to.equal(size);
      expect(await client.ask(`LIST ${index + 1}`)).to.equal(`+OK ${index + 1} ${size}`);
    }
    await client.ask('DELE 1');
    expect(await client.ask('STAT')).to.equal(`+OK 2 ${(sizes[1] ?? 0) + (sizes[2] ?? 0)}`);
  });

  it('P27 answers an empty mailbox with +OK and a dot', async () => {
    served.andrew.mail = [];
    const client = await served.andrewsClient();
    expect(await client.ask('STAT')).to.equal('+OK 0 0');
    expect(await client.askMultiline('LIST')).to.equal('');
    expect(await client.askMultiline('UIDL')).to.equal('');
  });

  it('P31 stuffs every line that begins with a dot', async () => {
    const client = await served.andrewsClient();
    expect(await client.askMultiline('RETR 2')).to.equal(message('..two\r\n...\r\n..\r\nend\r\n'));
  });

  it('P31 stuffs dots wherever the store cuts a large message', async () => {
    const body = `.\r\n..a\r\n${'.dotted line\r\n'.repeat(6000)}`;
    served.andrew.mail = [];
    served.andrew.put(body);
    served.andrew.pieceSize = 997;
    const client = await served.andrewsClient();
    expect(await client.askMultiline('RETR 1')).to.equal(body.replaceAll(/^\./gm, '..'));
  });

  it('P31 P60 ends a message that has no line end, and one that begins with a dot', async () => {
    served.andrew.mail = [];
    served.andrew.put('.x', '');
    const client = await served.andrewsClient();
    expect(await client.askMultiline('RETR 1')).to.equal('..x\r\n');
    expect(await client.askMultiline('RETR 2')).to.equal('');
  });

  it('P32 never lets LF-dot inside a message end the answer', async () => {
    served.andrew.mail = [];
    served.andrew.put('a\n.\r\n+OK forged\r\n');
    const client = await served.andrewsClient();
    expect(await client.askMultiline('RETR 1')).to.equal('a\n..\r\n+OK forged\r\n');
  });

  it('P33 sends 8-bit octets, NUL and long lines as they are', async () => {
    const octets = Buffer.concat([
      Buffer.from('A: b\r\n\r\n'),
      Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)),
      Buffer.alloc(5000, 'x'),
      Buffer.from('\r\n'),
    ]);
    served.andrew.mail = [];
    served.andrew.put(octets);
    const client = await served.andrewsClient();
    expect(await client.askMultiline('RETR 1')).to.equal(octets.toString('latin1'));
  });

  it('P34 P63 answers [SYS/TEMP] when the store fails before the message began', async () => {
    served.andrew.failRead = (number) => (number === 1 ? new PostroomError('store/failed', 'busy') : undefined);
    const client = await served.andrewsClient();
    expect(await client.ask('RETR 1')).to.match(/^-ERR \[SYS\/TEMP\]/);
    expect(await client.askMultiline('RETR 3')).to.equal(message('three\r\n'));
  });

  it('P64 answers [SYS/PERM] for a damaged store', async () => {
    served.andrew.failRead = () => new PostroomError('data/corrupt', 'damaged');
    const client = await served.andrewsClient();
    expect(await client.ask('RETR 1')).to.match(/^-ERR \[SYS\/PERM\]/);
  });

  it('P34 does not blame a message for the failure of the one behind it', async () => {
    served.andrew.failRead = (number) => (number === 2 ? new PostroomError('store/failed', 'busy') : undefined);
    const client = await served.andrewsClient();
    expect(await client.askMultiline('RETR 1')).to.equal(message('one\r\n'));
    expect(await client.ask('RETR 2')).to.match(/^-ERR \[SYS\/TEMP\]/);
  });

  it('P34 cuts the connection when the store fails in the middle of a message', async () => {
    served.andrew.mail = [];
    served.andrew.put(message('x'.repeat(300_000)));
    served.andrew.pieceSize = 64 * 1024;
    served.andrew.failRead = (_number, offset) => (offset > 100_000 ? new Error('disk') : undefined);
    const client = await served.andrewsClient();
    client.send('RETR 1\r\n');
    expect(await client.rest()).not.to.match(/\r\n\.\r\n$/);
  });

  it('P35 keeps little ahead of a reader that does not read', async () => {
    const size = 100 * 1024 * 1024;
    served.andrew.mail = [];
    served.andrew.put(Buffer.alloc(size, `${'x'.repeat(76)}\r\n`));
    let furthest = 0;
    served.andrew.failRead = (_number, offset) => {
      furthest = offset;
      return undefined;
    };
    const client = await served.andrewsClient();
    client.socket.pause();
    client.send('RETR 1\r\n');
    await until(() => furthest > 1024 * 1024);
    let before = -1;
    while (before !== furthest) {
      before = furthest;
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(furthest).to.be.below(20 * 1024 * 1024);
    client.destroy();
    await until(() => !served.andrew.isOpen);
  });

  it('P99 frees a session whose client stops reading in the middle of RETR', async () => {
    served.andrew.mail = [];
    served.andrew.put(Buffer.alloc(50 * 1024 * 1024, 'x'));
    const client = await served.andrewsClient();
    client.socket.pause();
    client.send('RETR 1\r\n');
    client.socket.end();
    await until(() => served.andrew.reads.length > 0);
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    served.host.clock.skip(600_001);
    await until(() => !served.andrew.isOpen);
  });

  it('P36 P37 DELE only marks, RSET unmarks all', async () => {
    const client = await served.andrewsClient();
    await client.ask('DELE 1');
    await client.ask('DELE 2');
    expect(served.andrew.mail).to.have.length(3);
    expect(await client.ask('RSET')).to.match(/^\+OK/);
    expect(await client.ask('STAT')).to.match(/^\+OK 3 /);
    await client.ask('QUIT');
    expect(served.andrew.mail).to.have.length(3);
  });

  it('P40 P41 TOP sends the header and as many body lines as asked for', async () => {
    const client = await served.andrewsClient();
    expect(await client.askMultiline('TOP 2 0')).to.equal('Subject: x\r\n\r\n');
    expect(await client.askMultiline('TOP 2 2')).to.equal('Subject: x\r\n\r\n..two\r\n...\r\n');
    expect(await client.askMultiline('TOP 2 99')).to.equal(message('..two\r\n...\r\n..\r\nend\r\n'));
    served.andrew.picked.length = 0;
  });

  it('P41 TOP works for a message without an empty line', async () => {
    served.andrew.mail = [];
    served.andrew.put('A: 1\r\nB: 2\r\n', '\r\nbody\r\nmore\r\n');
    const client = await served.andrewsClient();
    expect(await client.askMultiline('TOP 1 0')).to.equal('A: 1\r\nB: 2\r\n');
    expect(await client.askMultiline('TOP 2 1')).to.equal('\r\nbody\r\n');
  });

  it('P40 P42 TOP finds the end of a large header wherever it is cut', async () => {
    const header = `${'X: y\r\n'.repeat(20_000)}\r\n`;
    served.andrew.mail = [];
    served.andrew.put(`${header}${'body\r\n'.repeat(100_000)}`);
    for (const pieceSize of [1021, 64 * 1024, header.length - 1, header.length - 2, header.length - 3]) {
      served.andrew.pieceSize = pieceSize;
      const client = await served.andrewsClient();
      expect(await client.askMultiline('TOP 1 1')).to.equal(`${header}body\r\n`);
      await client.ask('QUIT');
    }
  });

  it('P43 UIDL gives the ids and nothing behind them', async () => {
    const client = await served.andrewsClient();
    expect(await client.askMultiline('UIDL')).to.equal('1 u1\r\n2 u2\r\n3 u3\r\n');
    expect(await client.ask('UIDL 2')).to.equal('+OK 2 u2');
  });

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

  it('lists a large mailbox', async () => {
    served.andrew.mail = [];
    served.andrew.put(...Array.from({ length: 20_000 }, () => 'x\r\n'));
    const client = await served.andrewsClient();
    const listing = await client.askMultiline('UIDL');
    expect(listing.split('\r\n')).to.have.length(20_001);
    expect(listing)
      .to.match(/^1 u1\r\n2 u2\r\n/)
      .and.to.match(/20000 u20000\r\n$/);
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
