import { parseTarget, type Target } from '@postroom/sdk/network';
import { expect } from 'chai';
import {
  isPostroom,
  judgeAddress,
  judgeName,
  judgeSocket,
  type NetworkRules,
  needsAgreement,
  refusalSentence,
} from '#plugins/platform/isolation/dist/network/networkRules.js';

function targets(...texts: readonly string[]): readonly Target[] {
  return texts.map((text) => {
    const target = parseTarget(text);
    if (target === undefined) throw new Error(`${text} is no target`);
    return target;
  });
}

const OWN = { addresses: new Set(['192.168.1.5', '93.184.216.99']), ports: new Set([25, 8110]), dataDir: '/srv/postroom' };

function rules(asked: readonly string[], agreed: readonly string[] = []): NetworkRules {
  return { dns: false, asked: targets(...asked), agreed: targets(...agreed) };
}

describe('a connection of a plugin', () => {
  for (const [address, port, called, asked, agreed, verdict] of [
    // The internet, where the manifest names it: by name, by address, by a wildcard for one label.
    ['93.184.216.34', 443, ['api.example.com'], ['api.example.com:443'], [], 'allowed'],
    ['93.184.216.34', 443, ['93.184.216.34'], ['93.184.216.34:443'], [], 'allowed'],
    ['93.184.216.34', 443, ['a.example.com'], ['*.example.com:443'], [], 'allowed'],
    ['93.184.216.34', 443, ['a.b.example.com'], ['*.example.com:443'], [], 'not-named'],
    ['93.184.216.34', 443, ['example.com'], ['*.example.com:443'], [], 'not-named'],
    ['93.184.216.34', 443, ['evilexample.com'], ['*.example.com:443'], [], 'not-named'],
    ['93.184.216.34', 80, ['api.example.com'], ['api.example.com:443'], [], 'not-named'],
    ['93.184.216.34', 443, ['other.example'], ['api.example.com:443'], [], 'not-named'],
    ['93.184.216.34', 443, ['93.184.216.34'], ['api.example.com:443'], [], 'not-named'],
    // Anywhere at all is for the administrator to agree to, and means the internet only.
    ['93.184.216.34', 443, ['x.example'], ['*:443'], [], 'not-agreed'],
    ['93.184.216.34', 443, ['x.example'], ['*:443'], ['*:443'], 'allowed'],
    ['10.0.0.1', 443, ['x.example'], ['*:443'], ['*:443'], 'not-agreed'],
    // A name that leads inwards, by mistake or because somebody wants it to.
    ['127.0.0.1', 443, ['api.example.com'], ['api.example.com:443'], [], 'not-agreed'],
    ['10.0.0.5', 443, ['api.example.com'], ['api.example.com:443'], [], 'not-agreed'],
    ['::ffff:10.0.0.5', 443, ['api.example.com'], ['api.example.com:443'], [], 'not-agreed'],
    ['169.254.169.254', 80, ['api.example.com'], ['api.example.com:80'], ['api.example.com:80'], 'not-agreed'],
    ['0.0.0.0', 443, ['api.example.com'], ['api.example.com:443'], ['0.0.0.0:443'], 'never'],
    // This machine and the local network, with the administrator's agreement to just that.
    ['127.0.0.1', 3310, ['127.0.0.1'], ['127.0.0.1:3310'], [], 'not-agreed'],
    ['127.0.0.1', 3310, ['127.0.0.1'], ['127.0.0.1:3310'], ['127.0.0.1:3310'], 'allowed'],
    ['::ffff:7f00:1', 3310, ['127.0.0.1'], ['127.0.0.1:3310'], ['127.0.0.1:3310'], 'allowed'],
    ['127.0.0.1', 3310, ['localhost'], ['localhost:3310'], ['localhost:3310'], 'allowed'],
    ['10.0.0.5', 5432, ['db.lan'], ['db.lan:5432'], ['db.lan:5432'], 'allowed'],
    ['10.0.0.5', 5432, ['db.lan'], ['db.lan:5432'], ['10.0.0.5:5432'], 'allowed'],
    ['10.0.0.5', 22, ['db.lan'], ['db.lan:5432'], ['10.0.0.5:22'], 'not-named'],
    ['127.0.0.1', 3310, ['127.0.0.1'], ['api.example.com:443'], ['127.0.0.1:3310'], 'not-named'],
    ['93.184.216.99', 3310, ['me.example'], ['me.example:3310'], [], 'not-agreed'],
    ['169.254.169.254', 80, ['169.254.169.254'], ['169.254.169.254:80'], ['169.254.169.254:80'], 'allowed'],
    // Postroom itself, whatever anybody agreed to.
    ['127.0.0.1', 25, ['127.0.0.1'], ['127.0.0.1:25'], ['127.0.0.1:25'], 'own'],
    ['127.0.0.2', 25, ['127.0.0.2'], ['127.0.0.2:25'], ['127.0.0.2:25'], 'own'],
    ['::ffff:127.0.0.1', 8110, ['localhost'], ['localhost:8110'], ['localhost:8110'], 'own'],
    ['192.168.1.5', 8110, ['192.168.1.5'], ['192.168.1.5:8110'], ['192.168.1.5:8110'], 'own'],
    ['192.168.1.6', 25, ['192.168.1.6'], ['192.168.1.6:25'], ['192.168.1.6:25'], 'allowed'],
  ] as const) {
    it(`to ${called[0]} at ${address}:${port}, asked ${asked.join()}, agreed ${agreed.join() || 'nothing'}: ${verdict}`, () => {
      expect(judgeAddress(address, port, called, rules(asked, agreed), OWN)).to.equal(verdict);
    });
  }

  it('asks the name service only about what the manifest names', () => {
    expect(judgeName('secret.evil.example', 443, rules(['api.example.com:443']))).to.equal('not-named');
    expect(judgeName('secret.evil.example', 443, rules(['*:443']))).to.equal('not-agreed');
    expect(judgeName('api.example.com', 443, rules(['api.example.com:443']))).to.equal('allowed');
  });

  it('to a Unix socket needs both, and never leads into the data folder', () => {
    const clamd = ['unix:/run/clamd.ctl'];
    expect(judgeSocket('/run/clamd.ctl', rules([]), OWN)).to.equal('not-named');
    expect(judgeSocket('/run/clamd.ctl', rules(clamd), OWN)).to.equal('not-agreed');
    expect(judgeSocket('/run/clamd.ctl', rules(clamd, clamd), OWN)).to.equal('allowed');
    const control = ['unix:/srv/postroom/control.sock'];
    expect(judgeSocket('/srv/postroom/control.sock', rules(control, control), OWN)).to.equal('own');
  });

  it('that is refused is told what to do', () => {
    const [target] = targets('127.0.0.1:3310') as [Target];
    expect(refusalSentence('me.x', target, 'not-agreed')).to.match(
      /before the administrator agrees: postroom plugins allow me\.x 127\.0\.0\.1:3310$/,
    );
    expect(refusalSentence('me.x', target, 'not-named')).to.match(/its manifest does not name it in capabilities\.network/);
    expect(refusalSentence('me.x', target, 'allowed')).to.equal(undefined);
  });

  it('to Postroom itself is shown as what nobody can agree to', () => {
    const isOwn = (text: string): boolean => isPostroom(targets(text)[0] as Target, OWN);
    const own = ['127.0.0.1:25', '[::1]:8110', 'localhost:25', '192.168.1.5:25', 'unix:/srv/postroom/control.sock'];
    expect(own.filter((text) => !isOwn(text))).to.deep.equal([]);
    expect(['127.0.0.1:26', '10.0.0.1:25', 'mail.example:25', 'unix:/run/x', 'unix:/srv/postroom2/x'].filter(isOwn)).to.deep.equal([]);
  });

  it('waits for agreement where that can be said without asking anybody', () => {
    const waits = (text: string): boolean => needsAgreement(targets(text)[0] as Target, OWN.addresses);
    const some = [
      '127.0.0.1:1',
      'localhost:1',
      'db:5432',
      'db.lan:1',
      'x.local:1',
      '*:443',
      'unix:/run/x',
      '93.184.216.99:1',
      '169.254.169.254:80',
    ];
    expect(some.filter((text) => !waits(text))).to.deep.equal([]);
    expect(['api.example.com:443', '*.example.com:443', '93.184.216.34:443'].filter(waits)).to.deep.equal([]);
  });
});
