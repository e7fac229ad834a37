import { once } from 'node:events';
import { connect } from 'node:net';
import { leakCheck, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the practice device', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('goes off and comes on again at the same port', async () => {
    const isp = await PracticeIsp.start();
    try {
      const { port } = isp.device;
      expect(await answers(port)).to.equal(true);
      await isp.device.switchOff();
      expect(await answers(port)).to.equal(false);
      await isp.device.switchOn();
      expect([isp.device.port, await answers(port)]).to.deep.equal([port, true]);
    } finally {
      await isp.stop();
    }
  });

  it('starts switched off where asked', async () => {
    const isp = await PracticeIsp.start({ device: { on: false } });
    expect(isp.device.isOn).to.equal(false);
    await isp.stop();
  });
});
