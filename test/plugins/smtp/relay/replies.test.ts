import { expect } from 'chai';
import { judge, oneLine } from '#plugins/smtp/dist/relay/replies.js';

const reply = (response: string, command = 'RCPT TO') =>
  judge({ message: 'x', code: 'EENVELOPE', response, responseCode: Number(response.slice(0, 3)), command });

describe('judging what an ISP answers', () => {
  it('R08 R18 keeps 4xx and bounces 5xx, with the status that the ISP gave', () => {
    expect(reply('450 4.7.1 Greylisted')).to.include({ outcome: 'deferred', status: '4.7.1' });
    expect(reply('452 Full')).to.include({ outcome: 'deferred', status: '4.0.0' });
    expect(reply('550-5.1.1 No such\n550 5.1.1 user')).to.include({ outcome: 'failed', status: '5.1.1' });
    expect(reply('554 No')).to.include({ outcome: 'failed', status: '5.0.0' });
  });

  it('R08 never lets the class of the status contradict the outcome', () => {
    expect(reply('450 5.7.1 Confused')).to.include({ outcome: 'deferred', status: '4.7.1' });
    expect(reply('550 4.2.2 Confused')).to.include({ outcome: 'failed', status: '5.2.2' });
  });

  it('R09 bounces 552 of anything but RCPT', () => {
    expect(reply('552 5.3.4 Too large', 'MAIL FROM')).to.include({ outcome: 'failed', status: '5.3.4' });
    expect(reply('552 Too many')).to.include({ outcome: 'deferred', status: '4.5.3' });
  });

  it('R15 takes codes that SMTP does not know for temporary', () => {
    expect(reply('354 Go on')).to.include({ outcome: 'deferred' });
    expect(reply('999 What')).to.include({ outcome: 'deferred' });
  });

  it('R16 sees a fault of the set-up in 530, 534, 535 and 538 to any command', () => {
    for (const code of [530, 534, 535, 538]) {
      expect(reply(`${code} 5.7.0 Log in`, 'MAIL FROM')).to.include({ outcome: 'deferred', status: '4.7.0', configuration: true });
    }
  });

  it('R15 R16 takes rubbish in answer to a login for trouble on the line, and only no way to log in for a fault of the set-up', () => {
    const login = { message: 'Invalid login', code: 'EAUTH', command: 'AUTH PLAIN' };
    expect(judge({ ...login, response: 'HTTP/1.1 302 Found' }))
      .to.include({ outcome: 'deferred' })
      .and.not.have.property('configuration');
    expect(judge(login)).to.include({ outcome: 'deferred', configuration: true });
    expect(judge({ ...login, response: '454 4.7.0 Later', responseCode: 454 })).to.not.have.property('configuration');
  });

  it('R14 R53 says of 421 that the system takes nothing now, whatever it answers', () => {
    expect(reply('421 Too many messages', 'MAIL FROM')).to.include({ outcome: 'deferred', status: '4.3.2' });
    expect(reply('421 4.7.0 Too many messages', 'MAIL FROM')).to.include({ outcome: 'deferred', status: '4.7.0' });
  });

  it('R47 makes one short line of any text', () => {
    expect(oneLine('550-No\r\n550 \u001b[31mway\u0007\u202e')).to.equal('550-No [31mway');
    expect(oneLine('x'.repeat(5_000))).to.have.lengthOf(500);
  });
});
