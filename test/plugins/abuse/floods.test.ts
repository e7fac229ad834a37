// Clients that go on and on: lines without an end, commands without a purpose, answers that nobody reads.
import { once } from 'node:events';
import { connect } from 'node:net';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Postroom } from '../../kit/postroom.js';

const SENDER = 'MAIL FROM:<mail@company.example>\r\n';

/** What each sends again and again behind a beginning, and what it is told at last. */
const FLOODS: readonly (readonly [what: string, port: 'pop3' | 'smtp', begin: string, piece: string, last: RegExp])[] = [
  ['NOOP', 'smtp', '', 'NOOP\r\n', /421 4\.7\.0 Too many commands without a message, goodbye\r\n$/],
  ['RSET', 'smtp', 'EHLO x\r\n', 'RSET\r\n', /421 4\.7\.0 Too many commands/],
  ['MAIL and RSET', 'smtp', 'EHLO x\r\n', `${SENDER}RSET\r\n`, /421 4\.7\.0 Too many commands/],
  ['RCPT', 'smtp', `EHLO x\r\n${SENDER}`, 'RCPT TO:<friend@far.example>\r\n', /421 4\.7\.0 Too many commands/],
  ['HELP', 'smtp', '', 'HELP\r\n', /421 4\.7\.0 Too many commands/],
  ['a command without an end', 'smtp', '', 'x'.repeat(1_000), /421 4\.4\.2 Error: Command line too long/],
  ['a response without an end', 'smtp', 'EHLO x\r\nAUTH LOGIN\r\n', 'x'.repeat(1_000), /421 4\.4\.2 Error: Command line too long/],
  ['a command without an end', 'pop3', '', 'x'.repeat(1_000), /-ERR Line too long, closing the connection\r\n$/],
  ['a response without an end', 'pop3', 'AUTH PLAIN\r\n', 'x'.repeat(1_000), /-ERR Line too long, closing the connection\r\n$/],
  ['CAPA after CAPA in one line', 'pop3', '', 'CAPA ', /-ERR Line too long, closing the connection\r\n$/],
];

describe('a client that goes on and on', () => {
  const leaks = leakCheck();
  let postroom: Postroom;
  before(async () => {
    await leaks.begin();
    postroom = await Postroom.start({ settings: { 'smtp.trustedNetworks': ['127.0.0.1'] } });
  });
  after(async () => {
    await postroom.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  for (const [what, protocol, begin, piece, last] of FLOODS) {
    it(`with ${what} over ${protocol} is sent away after so much`, async () => {
      const socket = connect({ port: postroom.port(protocol), host: '127.0.0.1' });
      let said = '';
      socket.on('data', (data) => (said += data.toString('latin1')));
      socket.on('error', () => undefined);
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
      await once(socket, 'connect');
      socket.write(begin);
      const block = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)));
      while (!socket.destroyed) await new Promise<void>((resolve) => void socket.write(block, () => resolve()));
      await closed;
      // A reset may take the last words along.
      if (said.includes('421') || said.includes('-ERR')) expect(said).to.match(last);
      expect(said.length).to.be.below(1_000_000);
      const other = await postroom.pop3('lisa');
      expect(await other.ask('NOOP')).to.match(/^\+OK/);
      other.destroy();
    });
  }
});
