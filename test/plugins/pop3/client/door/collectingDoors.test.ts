import type { Doors } from '@postroom/sdk/services';
import { expect } from 'chai';
import { CollectingDoors } from '#plugins/pop3/dist/client/door/collectingDoors.js';
import { readsInDoor } from '#plugins/pop3/dist/client/door/readsInDoor.js';
import type { IspAccount } from '#plugins/pop3/dist/client/ispAccount.js';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { TestDoors } from '../../support/testDoors.js';

describe('whether a session with an ISP is one for a door', () => {
  it('is no where no door is open', () => {
    expect(readsInDoor(0, undefined)).to.equal(false);
    expect(readsInDoor(0, 10_000)).to.equal(false);
  });

  it('is yes where nothing is known of the account, or its round found more than 50 messages', () => {
    expect(readsInDoor(1, undefined)).to.equal(true);
    expect(readsInDoor(1, 50)).to.equal(false);
    expect(readsInDoor(1, 51)).to.equal(true);
  });
});

describe('the doors that collections ask for', () => {
  it('are asked for once of each service that provides them, however often it comes and goes', async () => {
    const asked: Doors[] = [];
    let service: Doors | undefined;
    const doors = new CollectingDoors(
      () => service,
      (provided) => void asked.push(provided),
    );
    const session = (): Promise<unknown> => doors.session({ id: 'company' } as IspAccount, new KnownWays(), new AbortController().signal);
    const [first, second] = [new TestDoors(), new TestDoors()];
    for (service of [undefined, first, first, undefined, second, second]) expect(await session()).to.equal(undefined);
    expect(asked).to.have.length(2);
    expect(asked[0]).to.equal(first);
    expect(asked[1]).to.equal(second);
  });
});
