// The name of a server that is alone on its store: the same for what the store says of it, and for the settings that it has for itself.
import { SettingsService } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Postroom } from '../../../kit/postroom.js';

describe('the name of a server on SQLite', () => {
  let postroom: Postroom;

  before(async () => {
    const settings = { 'server.name': 'post.office.example', nodes: { 'front-1': { 'server.name': 'front-1.office.example' } } };
    postroom = await Postroom.start({ boot: { node: 'front-1' }, settings });
  });
  after(() => postroom.stop());

  it('is what boot.json says', async () => {
    expect(await postroom.run('nodes')).to.have.nested.property('[0].server', 'front-1');
  });

  it('chooses the settings that it has for itself', () => {
    expect(postroom.service(SettingsService).get('server.name')).to.equal('front-1.office.example');
  });
});
