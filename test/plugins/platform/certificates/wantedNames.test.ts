import { expect } from 'chai';
import { isNameSetting, wantedNames } from '#plugins/platform/certificates/dist/wantedNames.js';

const settings = (name: string, shared: Readonly<Record<string, unknown>>): Parameters<typeof wantedNames>[0] => ({
  get: <T>(key: string) => (key === 'tls.names' ? ['Mail.Office.example'] : name) as T,
  shared,
});

describe('the names in a certificate that is made here', () => {
  it('are those of all servers that share the settings, its own first: each of them wants the same', () => {
    const shared = {
      'server.name': 'post.office.example',
      nodes: { a: { 'server.name': 'a.office.example' }, b: { 'server.name': 'b.office.example' }, c: { 'log.level': 'debug' } },
    };
    const [a, b] = [wantedNames(settings('a.office.example', shared), []), wantedNames(settings('b.office.example', shared), [])];
    expect([a[0], b[0]]).to.deep.equal(['a.office.example', 'b.office.example']);
    expect([...a].sort()).to.deep.equal([...b].sort());
    expect(a).to.include.members(['post.office.example', 'b.office.example', 'localhost', '127.0.0.1', '::1', 'mail.office.example']);
  });

  it('are addresses that people type, and no empty name', () => {
    const names = wantedNames(settings('', { 'server.name': '' }), ['192.168.1.5', '169.254.3.4', 'fd00::5']);
    expect(names).to.include('192.168.1.5').and.not.include.members(['169.254.3.4', 'fd00::5', '']);
  });

  it('are changed by settings for all servers, and by those for one', () => {
    expect(['server.name', 'tls.names', 'nodes.front-1.server.name'].map(isNameSetting)).to.deep.equal([true, true, true]);
    expect(['pop3.listen', 'nodes.front-1.pop3.listen', 'server.nameless'].map(isNameSetting)).to.deep.equal([false, false, false]);
  });
});
