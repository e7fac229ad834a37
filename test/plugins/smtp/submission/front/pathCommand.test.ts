import { expect } from 'chai';
import fc from 'fast-check';
import { parsePathCommand } from '#plugins/smtp/dist/submission/front/pathCommand.js';
import { expectLinear } from '../../../../kit/linear.js';

const rcpt = (path: string): string | undefined => parsePathCommand('RCPT TO', `RCPT TO:<${path}>`)?.address;

describe('reading MAIL and RCPT', () => {
  it('S09 takes verbs in any case and keeps the case of local parts', () => {
    expect(parsePathCommand('MAIL FROM', 'mail from:<Andrew@Company.com>')?.address).to.equal('Andrew@Company.com');
  });

  it('S10 S14 takes the null path from senders only', () => {
    expect(parsePathCommand('MAIL FROM', 'MAIL FROM:<>')?.address).to.equal('');
    expect(rcpt('')).to.equal(undefined);
  });

  it('S11 takes Postmaster without a domain', () => expect(rcpt('PostMaster')).to.equal('postmaster'));
  it('S12 takes a source route off', () => expect(rcpt('@a.example,@b.example:u@d.example')).to.equal('u@d.example'));

  it('S13 takes quoted local parts, with anything in them that could mislead', () => {
    expect(rcpt('"a b"@d.example')).to.equal('"a b"@d.example');
    expect(rcpt('"a>b@c"@d.example')).to.equal('"a>b@c"@d.example');
    expect(rcpt('"a\\"b"@d.example')).to.equal('"a\\"b"@d.example');
    expect(rcpt('"open@d.example')).to.equal(undefined);
  });

  it('S15 takes domain literals that are addresses', () => {
    expect(rcpt('u@[192.0.2.1]')).to.equal('u@[192.0.2.1]');
    expect(rcpt('u@[IPv6:2001:db8::1]')).to.equal('u@[IPv6:2001:db8::1]');
    expect(rcpt('u@[nonsense]')).to.equal(undefined);
  });

  it('S16 takes local parts of 64 octets and paths of 256, and refuses longer ones', () => {
    const domain = `${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(60)}`;
    const fill = 254 - domain.length - 1;
    expect(rcpt(`${'u'.repeat(64)}@d.example`)).to.have.lengthOf(74);
    expect(rcpt(`${'u'.repeat(fill)}@${domain}`)).to.have.lengthOf(254);
    expect(rcpt(`${'u'.repeat(fill + 1)}@${domain}`)).to.equal(undefined);
  });

  it('S17 refuses an address without a domain', () => expect(rcpt('andrew')).to.equal(undefined));

  it('S19 tells a parameter that is given twice', () => {
    expect(parsePathCommand('MAIL FROM', 'MAIL FROM:<a@b.example> SIZE=1 size=2')?.duplicate).to.equal('SIZE');
  });

  it('S22 refuses control characters, also where xtext hides them', () => {
    expect(rcpt('a\u0000b@d.example')).to.equal(undefined);
    expect(parsePathCommand('MAIL FROM', 'MAIL FROM:<a@b.example> ENVID=x+0D+0Ay')).to.equal(undefined);
  });

  it('S77 refuses an ENVID or ORCPT that is no xtext', () => {
    const mail = (value: string) => parsePathCommand('MAIL FROM', `MAIL FROM:<a@b.example> ENVID=${value}`)?.parameters.ENVID;
    expect(mail('QQ+2B1+20x')).to.equal('QQ+1 x');
    for (const value of ['a+ZZ', 'a+2b', 'a+2', 'a=b', '+C3+BC']) expect(mail(value), value).to.equal(undefined);
    expect(parsePathCommand('RCPT TO', 'RCPT TO:<a@b.example> ORCPT=rfc822;a+ZZ')).to.equal(undefined);
    expect(parsePathCommand('RCPT TO', 'RCPT TO:<a@b.example> ORCPT=utf-8;\\x{FC}@b.example')?.parameters.ORCPT).to.equal(
      'utf-8;\\x{FC}@b.example',
    );
  });

  it('S69 decodes no xtext where none is, so that +31 is no size', () => {
    expect(parsePathCommand('MAIL FROM', 'MAIL FROM:<a@b.example> SIZE=+31')?.parameters.SIZE).to.equal('+31');
  });

  it('S73 writes an international domain as A-labels and keeps the local part', () => {
    expect(rcpt('jürgen@bücher.example')).to.equal('jürgen@xn--bcher-kva.example');
  });

  it('never throws, and never answers an address that could end a command', () => {
    const parts = fc.constantFrom(
      'a',
      '.',
      '@',
      '"',
      '\\',
      '<',
      '>',
      ' ',
      ',',
      ':',
      '[',
      ']',
      '\r\n',
      '\0',
      'ü',
      '\u0085',
      '\u200b',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (pieces) => {
        const address = rcpt(pieces.join('')) ?? '';
        expect(address).to.not.match(/[\r\n\0\u0085]/);
        expect(address.replace(/"(?:[^"\\]|\\.)*"/, '')).to.not.match(/[<> ]/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads the longest command in linear time', () => {
    for (const piece of ['@a', '.', 'a.', '\\"', ',@a', '<', ' A=1']) {
      expectLinear(piece, 16_384, (octets) => rcpt(Buffer.from(octets).toString('latin1')));
    }
  });
});
