// The manager's lamps, by what happens in the server.
import { SystemClock } from '@postroom/sdk/base';
import { expect } from 'chai';
import { EventBus } from '#core/base/events.js';
import { Lamps } from '#plugins/admin-ui/dist/server/lamps.js';

describe("the manager's lamps", () => {
  it('show sessions by what the client does, whatever protocol it speaks', async () => {
    const events = new EventBus();
    const lamps = new Lamps(events, new SystemClock());
    const session = { type: 'session', peer: '192.168.1.20', state: 'open' } as const;
    events.emit({ ...session, protocol: 'imap', purpose: 'receiving' });
    events.emit({ ...session, protocol: 'lmtp', purpose: 'sending' });
    events.emit({ ...session, protocol: 'pop3', purpose: 'receiving' });
    expect(lamps.state.localReceiving.open).to.equal(2);
    expect(lamps.state.localSending.open).to.equal(1);
    events.emit({ ...session, protocol: 'imap', purpose: 'receiving', state: 'closed' });
    expect(lamps.state.localReceiving.open).to.equal(1);
    await lamps.dispose();
  });
});
