import { ConnectionGate, keptFor, limitIn, OpenFilePool, openFileLimit, roomForConnections } from '@postroom/sdk';
import { expect } from 'chai';

const KINDS = ['pop3', 'smtp', 'http', 'control'] as const;

describe('the open files of a process', () => {
  it('are read from what the system says, and taken for 1,024 where it says nothing', () => {
    const limits =
      'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            4096                 524288               files     \n';
    expect(limitIn(limits)).to.equal(4096);
    expect(limitIn(limits.replace('4096', 'unlimited'))).to.equal(Number.MAX_SAFE_INTEGER);
    expect(limitIn('nothing')).to.equal(undefined);
    expect(openFileLimit()).to.be.at.least(64);
  });

  it('leave a reserve, and each door a part that no other one can take, whatever their order', () => {
    for (const limit of [64, 256, 1_024, 4_096, 10_000]) {
      for (const greedy of KINDS) {
        const pool = new OpenFilePool(limit);
        const take = (door: (typeof KINDS)[number], most: number): number => {
          const share = pool.share(door);
          let taken = 0;
          while (taken < most && share.take()) taken += 1;
          return taken;
        };
        const first = take(greedy, limit);
        const others = KINDS.filter((door) => door !== greedy).map((door) => [door, take(door, limit)] as const);
        const room = roomForConnections(limit);
        for (const [door, taken] of others) expect(taken, `${door} after ${greedy} of ${limit}`).to.equal(keptFor(door, room));
        expect(first + others.reduce((sum, [, taken]) => sum + taken, 0)).to.be.at.most(room);
        expect(room).to.be.at.most(limit);
        expect(limit - room).to.be.at.least(Math.min(512, Math.floor(limit / 4)));
      }
    }
  });

  it('keep a part for the door of a further protocol as well, and for the others what they had', () => {
    const pool = new OpenFilePool(256);
    const room = roomForConnections(256);
    const further = pool.share('imap');
    const greedy = pool.share('pop3');
    let taken = 0;
    while (greedy.take()) taken += 1;
    expect(taken).to.equal(room - keptFor('imap', room) - keptFor('smtp', room) - keptFor('http', room) - keptFor('control', room));
    for (let count = 0; count < keptFor('imap', room); count += 1) expect(further.take()).to.equal(true);
    expect(further.take()).to.equal(false);
    further.giveBack();
    expect(further.take()).to.equal(true);
  });

  it('come back from connections that are closed, each once, and from those that made room', () => {
    const pool = new OpenFilePool(64);
    const gate = new ConnectionGate(pool.share('pop3'));
    const limits = { connections: 1_000, connectionsPerAddress: 1_000, connectionsBeforeLogin: 1_000 };
    let closed = 0;
    const admit = () => gate.admit('192.168.1.1', limits, () => (closed += 1));
    const first = admit();
    first?.known();
    for (let count = 0; count < 200; count += 1) expect(admit(), 'a stranger makes room').to.not.equal(undefined);
    expect(closed).to.be.above(150);
    const others = pool.share('smtp');
    expect(others.take(), 'what is kept for another door is still there').to.equal(true);
    first?.left();
    first?.left();
    expect(admit()).to.not.equal(undefined);
  });
});
