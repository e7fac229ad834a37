import { expect } from 'chai';
import { isThisComputer, readSenders, senderAddressesIn, senderAddressesProblem } from '#plugins/smtp/dist/submission/senderAddresses.js';

describe('the addresses that may send without a login', () => {
  it('are typed with commas or spaces; none is nobody', () => {
    expect(senderAddressesIn('192.168.1.20, 192.168.1.21 fd00::/64')).to.deep.equal(['192.168.1.20', '192.168.1.21', 'fd00::/64']);
    for (const nobody of ['', '  ', 'none', 'None.']) expect(senderAddressesIn(nobody), nobody).to.deep.equal([]);
  });

  it('are IP addresses and networks, and never everybody', () => {
    for (const fine of ['', 'none', '192.168.1.20', '10.0.0.0/8', 'fd00::1', 'fd00::/64', '127.0.0.1'])
      expect(senderAddressesProblem(fine), fine).to.equal(undefined);
    for (const wrong of [
      'scanner',
      'scanner.office.lan',
      '300.1.1.1',
      '192.168.1',
      '192.168.1.0/33',
      '192.168.1.0/',
      'fd00::/129',
      '1.2.3.4/5/6',
      'yes',
    ])
      expect(senderAddressesProblem(wrong), wrong).to.match(/is no IP address\. Write addresses as in 192\.168\.1\.20/);
    for (const all of ['0.0.0.0/0', '192.168.1.20, ::/0']) expect(senderAddressesProblem(all), all).to.include('every address there is');
  });

  it('are read for the setup: the value with a remark, or what is wrong', () => {
    expect(readSenders('192.168.1.20, fd00::/64')).to.deep.equal({ value: ['192.168.1.20', 'fd00::/64'] });
    expect(readSenders('none')).to.deep.equal({ value: [] });
    expect(readSenders('::1')).to.deep.equal({
      value: ['::1'],
      remark: '::1 is this computer: every program and every plugin on it may send as any account.',
    });
    expect(readSenders('the scanner')).to.have.property('problem').that.includes('"the" is no IP address.');
  });

  it('may be this computer, in all that it is called', () => {
    for (const own of ['127.0.0.1', '127.0.0.0/8', '::1', '::1/128', '::ffff:127.0.0.1']) expect(isThisComputer(own), own).to.equal(true);
    for (const other of ['192.168.1.20', '::12', '1.127.0.0', 'fd00::1']) expect(isThisComputer(other), other).to.equal(false);
  });
});
