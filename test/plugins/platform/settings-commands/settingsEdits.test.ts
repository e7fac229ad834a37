// Properties as people type them: keys, values and assignments.
import '#core/base/injection.js';
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import {
  assignments,
  keysAndValues,
  knownAssignments,
  pathOf,
  refuseUnknownKeys,
} from '#plugins/platform/settings-commands/dist/settingsEdits.js';
import { bundledManifests } from '../../../core/configuration/manifests.js';

const schema = mergeSchema(bundledManifests(), () => undefined);
const KNOWN = {
  usersOf: () => ['andrew', 'l.jones', 'l'],
  nodes: ['front-1.office.example', 'front-1'],
  perNode: ['pop3.listen', 'tls.keyFile'],
};

describe('settings as people type them', () => {
  for (const [key, path] of [
    ['timer.everyMinutes', ['timer.everyMinutes']],
    ['licensing.device.address', ['licensing.device.address']],
    ['accounts', ['accounts']],
    ['accounts.company', ['accounts', 'company']],
    ['accounts.company.kind', ['accounts', 'company', 'kind']],
    ['accounts.company.pop3.host', ['accounts', 'company', 'pop3.host']],
    ['accounts.company.isp-domainpop.domains', ['accounts', 'company', 'isp-domainpop.domains']],
    ['accounts.company.users', ['accounts', 'company', 'users']],
    ['accounts.company.users.andrew', ['accounts', 'company', 'users', 'andrew']],
    ['accounts.company.users.andrew.cc.to', ['accounts', 'company', 'users', 'andrew', 'cc.to']],
    ['accounts.company.users.andrew.names', ['accounts', 'company', 'users', 'andrew', 'names']],
    ['accounts.company.users.andrew.aliases', ['accounts', 'company', 'users', 'andrew', 'aliases']],
    ['accounts.company.users.l.jones', ['accounts', 'company', 'users', 'l.jones']],
    ['nodes', ['nodes']],
    ['nodes.a', ['nodes', 'a']],
    ['nodes.a.pop3.listen', ['nodes', 'a', 'pop3.listen']],
    ['nodes.front-1.office.example', ['nodes', 'front-1.office.example']],
    ['nodes.front-1.office.example.timer.everyMinutes', ['nodes', 'front-1.office.example', 'timer.everyMinutes']],
    ['nodes.new.office.example.pop3.listen', ['nodes', 'new.office.example', 'pop3.listen']],
    ['nodes.new.timer.everyMinutes', ['nodes', 'new', 'timer.everyMinutes']],
    ['accounts.company.users.l.jones.cc.to', ['accounts', 'company', 'users', 'l.jones', 'cc.to']],
  ] as const) {
    it(`${key} is ${path.join(' > ')}`, () => expect(pathOf(key, KNOWN)).to.deep.equal(path));
  }

  it('a user who is not there yet is told from a property by its name', () => {
    expect(pathOf('accounts.company.users.peter')).to.deep.equal(['accounts', 'company', 'users', 'peter']);
    expect(pathOf('accounts.company.users.peter.cc.to')).to.deep.equal(['accounts', 'company', 'users', 'peter', 'cc.to']);
    expect(pathOf('accounts.company.users.p.jones.names')).to.deep.equal(['accounts', 'company', 'users', 'p.jones', 'names']);
  });

  it('for one server alone are refused where all servers have them in common, or nobody knows them', () => {
    const edit = (key: string) => [{ path: ['nodes', 'a', key], value: 1 }];
    expect(refuseUnknownKeys(schema, edit('pop3.listen'))).to.deep.equal(edit('pop3.listen'));
    const refused = 'Nothing was changed. "timer.everyMinutes" is the same on all servers: set it without "nodes.a" in front.';
    expect(() => refuseUnknownKeys(schema, edit('timer.everyMinutes'))).to.throw(refused);
    expect(() => refuseUnknownKeys(schema, edit('accounts'))).to.throw('"accounts" is the same on all servers');
    expect(() => refuseUnknownKeys(schema, edit('pop3.lisen'))).to.throw('Did you mean "pop3.listen"?');
  });

  it('several follow each other, each with its value', () => {
    expect(keysAndValues(['timer.everyMinutes', '5', 'tls.keyFile', 'key.pem'])).to.deep.equal([
      { key: 'timer.everyMinutes', value: 5 },
      { key: 'tls.keyFile', value: 'key.pem' },
    ]);
    expect(() => keysAndValues(['timer.everyMinutes', '5', 'tls.keyFile'])).to.throw('"tls.keyFile" has no value');
  });

  it('an assignment stands below its base; an empty value takes the property out, and = may stand in a value', () => {
    expect(
      assignments(['accounts', 'company'], ['pop3.host=pop.isp.example', 'pop3.port=995', 'smtp.host=', 'pop3.user=a=b'], schema),
    ).to.deep.equal([
      { path: ['accounts', 'company', 'pop3.host'], value: 'pop.isp.example' },
      { path: ['accounts', 'company', 'pop3.port'], value: 995 },
      { path: ['accounts', 'company', 'smtp.host'], value: undefined },
      { path: ['accounts', 'company', 'pop3.user'], value: 'a=b' },
    ]);
    for (const wrong of ['pop3.host', '=x', '']) expect(() => assignments([], [wrong], schema), wrong).to.throw('is no key=value');
  });

  it('what is no assignment is answered with one that the plugins give as an example', () => {
    const refusal = (base: readonly string[]): string => {
      try {
        return String(assignments(base, ['x'], schema).length);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal(['accounts', 'company'])).to.equal('"x" is no key=value, as in pop3.host=pop.isp.example.');
    expect(refusal(['accounts', 'company', 'users', 'andrew'])).to.equal('"x" is no key=value, as in cc.to=["andrew"].');
  });

  it('an unknown key is refused with the nearest one, where it would be set; what is taken out, and the structure of the file, may be any', () => {
    const refusal = (...edits: Parameters<typeof refuseUnknownKeys>[1]): unknown => {
      try {
        return refuseUnknownKeys(schema, edits);
      } catch (error) {
        return error;
      }
    };
    const account = ['accounts', 'company'];
    const typo = refusal({ path: [...account, 'pop3.hots'], value: 'pop.isp.example' });
    expect(typo).to.be.instanceOf(PostroomError).and.include({ code: 'settings/unknown-key' });
    expect(String(typo)).to.include('Nothing was changed. No installed plugin knows the setting "pop3.hots". Did you mean "pop3.host"?');
    for (const edit of [
      { path: [...account, 'pop3.hots'], value: undefined },
      { path: account, value: { kind: 'regular' } },
      { path: [...account, 'via'], value: 'pop3' },
      { path: [...account, 'users', 'andrew'], value: {} },
    ])
      expect(refusal(edit), edit.path.join(' ')).to.deep.equal([edit]);
    expect(() => knownAssignments(account, ['pop3.hots=x'], schema)).to.throw('Did you mean "pop3.host"?');
  });
});
