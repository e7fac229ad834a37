import { ConnectionGate, clientPlace, FEW_CONNECTIONS } from '@postroom/sdk';
import { expect } from 'chai';

describe('the gate of a server for mail clients', () => {
  const limits = { connections: 4, connectionsPerAddress: 3, connectionsBeforeLogin: 3 };
  let gate: ConnectionGate;
  let closed: string[];
  beforeEach(() => {
    gate = new ConnectionGate();
    closed = [];
  });

  const come = (name: string, address: string): ReturnType<ConnectionGate['admit']> => gate.admit(address, limits, () => closed.push(name));

  it('lets the stranger who has waited longest make room for the next', () => {
    for (const name of ['a', 'b', 'c', 'd']) expect(come(name, `192.0.2.${name.charCodeAt(0)}`)).to.not.equal(undefined);
    expect(closed).to.deep.equal(['a']);
  });

  it('takes the place of nobody who has logged in, and refuses where all have', () => {
    for (const name of ['a', 'b', 'c', 'd']) come(name, `192.0.2.${name.charCodeAt(0)}`)?.known();
    expect(come('e', '192.0.2.1')).to.equal(undefined);
    expect(closed).to.deep.equal([]);
  });

  it('lets a full address make room from its own connections only', () => {
    come('elsewhere', '192.0.2.1');
    for (const name of ['a', 'b', 'c']) come(name, '192.0.2.7')?.known();
    expect(come('d', '192.0.2.7')).to.equal(undefined);
    expect(closed).to.deep.equal([]);
  });

  it('counts every address of an IPv6 network of 64 bits together, and the next network apart', () => {
    for (const name of ['a', 'b', 'c']) come(name, `2001:db8:0:1::${name}`)?.known();
    expect(come('d', '2001:db8:0:1:ffff:ffff:ffff:ffff')).to.equal(undefined);
    expect(come('e', '2001:db8:0:2::1')).to.not.equal(undefined);
  });

  it('has the place of whoever has left, however often it is said', () => {
    const guests = ['a', 'b', 'c'].map((name) => come(name, '192.0.2.7'));
    for (const guest of guests) guest?.known();
    guests[0]?.left();
    guests[0]?.left();
    expect(come('d', '192.0.2.7')).to.not.equal(undefined);
    expect(closed).to.deep.equal([]);
    expect(come('e', '192.0.2.7')).to.not.equal(undefined);
    expect(closed).to.deep.equal(['d']);
  });

  /** A door with room for 200, half of it for one address, as the manager is. */
  const door = { connections: 200, connectionsPerAddress: 100, connectionsBeforeLogin: 200 };

  it('lets crowds of a few addresses make room for themselves, however fast they come again', () => {
    const crowd = (count: number): void => {
      for (let each = 0; each < count; each += 1) gate.admit(`192.0.2.${each % 3}`, door, () => closed.push('crowd'));
    };
    crowd(300);
    for (let each = 0; each < FEW_CONNECTIONS; each += 1) gate.admit('192.0.2.77', door, () => closed.push('client'));
    crowd(5_000);
    expect(closed).to.include('crowd').and.not.include('client');
  });

  it('lets a new address in where two hold all places with a login, if the door is one of that kind', () => {
    const guests = Array.from({ length: 200 }, (_, each) => {
      const guest = gate.admit(`192.0.2.${each % 2}`, door, () => closed.push(`${each}`));
      guest?.known();
      return guest;
    });
    expect(
      gate.admit('192.0.2.77', door, () => undefined),
      'a session stays',
    ).to.equal(undefined);
    guests[0]?.known();
    const other = { ...door, knownMakeRoom: true };
    expect(gate.admit('192.0.2.77', other, () => closed.push('77'))).to.not.equal(undefined);
    expect(closed, 'the one that was not used for longest').to.deep.equal(['2']);
    for (let each = 0; each < 500; each += 1) gate.admit(`192.0.2.${each % 2}`, other, () => closed.push('again'))?.known();
    expect(closed, 'however often they come again').to.not.include('77');
  });

  const places: readonly (readonly [string, string])[] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:0207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:a:b:c:d', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:192.0.2.7', '1:2:3:4::/64'],
    ['nonsense', 'nonsense'],
    ['', ''],
  ];
  for (const [address, place] of places) {
    it(`takes ${address || 'no address'} for ${place || 'itself'}`, () => expect(clientPlace(address)).to.equal(place));
  }
});
