import { expect } from 'chai';
import { doorMode, doorsText, takesPart } from '#plugins/platform/doors/dist/doorMode.js';
import { canSharePorts, hasReusePort } from '#plugins/platform/doors/dist/portSharing.js';

describe('how many doors there may be', () => {
  const machine = { canShare: true, cores: 8 };

  it('is as many as cores by themselves, at most four', () => {
    const most = [1, 2, 3, 4, 8].map((cores) => doorMode('auto', { canShare: true, cores }).most);
    expect(most).to.deep.equal([0, 2, 3, 4, 4]);
  });

  it('is what the settings say, always, on one core too', () => {
    expect(doorMode(3, { canShare: true, cores: 1 })).to.deep.equal({ most: 3, least: 3 });
  });

  it('is none, with the reason and what to do', () => {
    const none = [doorMode(0, machine), doorMode('auto', { ...machine, canShare: false }), doorMode('auto', { canShare: true, cores: 1 })];
    expect(none.map(({ reason }) => reason)).to.deep.equal(['settings', 'node', 'cores']);
    const [settings = '', node = '', cores = ''] = none.map((mode) => doorsText(mode, 0));
    expect(settings).to.contain('"server.doors"');
    expect(node).to.contain('Node.js 22.12');
    expect(cores).to.contain('processor cores');
  });

  it('leaves out a protocol that wants more cores, but for a number in the settings', () => {
    expect(takesPart('auto', 2, 4)).to.equal(false);
    expect(takesPart('auto', 4, 4)).to.equal(true);
    expect(takesPart('auto', 1, undefined)).to.equal(true);
    expect(takesPart(2, 2, 4)).to.equal(true);
  });

  it('is told in a sentence', () => {
    expect(doorsText({ most: 4, least: 0 }, 0)).to.contain('No door thread runs');
    expect(doorsText({ most: 4, least: 0 }, 1)).to.contain('1 door thread runs');
    expect(doorsText({ most: 4, least: 0 }, 2)).to.contain('2 door threads run');
    expect(doorsText({ most: 2, least: 2 }, 1)).to.contain('1 of 2');
  });

  it('asks for Node.js 22.12: older ones take no notice of the option that shares a port', async () => {
    expect(['20.19.0', '22.11.0', '22.12.0', '24.0.0'].map(hasReusePort)).to.deep.equal([false, false, true, true]);
    expect(await canSharePorts('20.20.2')).to.equal(false);
  });
});
